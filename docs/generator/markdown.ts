/** A table. Cells are Markdown; line breaks in them become spaces, bars are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
  return `${lines.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`
}

/** Inline code; an empty text stays empty. */
export function code(text: string): string {
  if (text === '') return ''
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text}${fence}`
}

/** A fenced block of code. */
export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`
}

/** Escapes angle brackets outside of code, so that none opens an element of the page. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;')))
    .join('')
}

/** The anchor that VitePress gives to a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
}

/** The first sentence of a comment. */
export function firstSentence(doc: string): string {
  return /^[\s\S]*?[.](?=\s|$)/.exec(doc)?.[0] ?? doc
}

function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
}
