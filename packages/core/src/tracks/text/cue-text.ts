// The elements of WebVTT (5.4), and what each keeps: classes after the name, and the text of voices and languages.
const PLAIN = new Set(['c', 'i', 'b', 'u', 'ruby', 'rt'])
const ANNOTATED = new Set(['v', 'lang'])

const TAG = /<(\/?)([a-zA-Z]+)((?:\.[^\s.<>&]+)*)(?:[\t ]+([^<>]*))?>/
const TIME_TAG = /<(?:\d{2,3}:)?[0-5]\d:[0-5]\d\.\d{3}>/
const ENTITY = /&(?:[a-zA-Z][a-zA-Z0-9]*|#\d{1,7}|#x[\da-fA-F]{1,6});/
const OTHER_TAG = /<[/!?]?[a-zA-Z][^<>]*>|<\/?>/
const MARKUP = new RegExp(
  [TAG, TIME_TAG, ENTITY, OTHER_TAG, /[<&]/].map(({ source }) => `(?:${source})`).join('|'),
  'g',
)

/**
 * Returns a line of a cue with the markup of WebVTT alone. Players ignore other tags, such as those of HTML, and so they
 * go; a `<` or `&` that begins no markup is escaped. In one pass, so that the removal of a tag cannot make another. Pure.
 */
export function cleanCueLine(line: string): string {
  return line
    .replaceAll('-->', '→')
    .replace(MARKUP, (found, slash?: string, name?: string, classes?: string, annotation?: string) => {
      if (name !== undefined) return elementTag(slash === '/', name.toLowerCase(), classes ?? '', annotation ?? '')
      if (found === '<') return '&lt;'
      if (found === '&') return '&amp;'
      return found.startsWith('&') || /^<\d/.test(found) ? found : ''
    })
}

function elementTag(isEnd: boolean, name: string, classes: string, annotation: string): string {
  const isAnnotated = ANNOTATED.has(name)
  if (!isAnnotated && !PLAIN.has(name)) return ''
  if (isEnd) return `</${name}>`
  // Without "=" no renderer that takes it for HTML finds an attribute with a value.
  const kept = isAnnotated ? annotation.replaceAll('=', '').trim() : ''
  return `<${name}${classes}${kept === '' ? '' : ` ${kept}`}>`
}
