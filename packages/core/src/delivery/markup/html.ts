/** Attributes of an element, by their DOM names; absent ones are left out, `true` ones have no value. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

// Attributes whose HTML name is not the lower-case DOM name.
const HTML_NAMES: Readonly<Record<string, string>> = { className: 'class' }

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** An element without children, such as `img`, `source` and `track`. Values are escaped. */
export function voidElement(name: string, attributes: Attributes): string {
  return `<${name}${attributesHtml(attributes)}>`
}

/** An element around HTML that is already escaped. */
export function element(name: string, attributes: Attributes, children: readonly string[]): string {
  return `${voidElement(name, attributes)}${children.join('')}</${name}>`
}

function attributesHtml(attributes: Attributes): string {
  const texts = Object.entries(attributes).map(([name, value]) => {
    if (value === undefined || value === false) return ''
    const htmlName = HTML_NAMES[name] ?? name.toLowerCase()
    return value === true ? ` ${htmlName}` : ` ${htmlName}="${escaped(String(value))}"`
  })
  return texts.join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
}
