import { type Html, html } from './html.ts'

/** Controls, and characters that change the direction of text or cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** A file name as shown: isolated from the text around it, its end kept, and characters that hide something written out. */
export function fileName(name: string): Html {
  const plain = plainName(name)
  const [stem, extension] = splitName(name)
  return html`<bdi class="fn" title="${plain}"><span class="stem">${written(stem)}</span>${
    extension === '' ? '' : html`<span class="ext">${written(extension)}</span>`
  }</bdi>`
}

/** A file name for labels and titles: without characters that hide something. Pure. */
export function plainName(name: string): string {
  const plain = name.replace(UNSEEN, '')
  return plain === '' ? '(no name)' : plain
}

function splitName(name: string): readonly [string, string] {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= 12 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
}

function written(text: string): readonly Html[] {
  const parts: Html[] = []
  let from = 0
  for (const match of text.matchAll(UNSEEN)) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    parts.push(html`${text.slice(from, match.index)}<span class="ctl">U+${code}</span>`)
    from = match.index + match[0].length
  }
  return [...parts, html`${text.slice(from)}`]
}
