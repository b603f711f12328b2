import type { Copyright } from './credits.ts'

const MAX_BYTES = 1024 ** 2

/** The creators, rights and licence of an XMP packet with the customary prefixes. Pure. */
export function xmpCredits(packet: Buffer): Partial<Copyright> {
  const xml = packet.toString('utf8', 0, MAX_BYTES)
  const artists = itemsOf(xml, 'dc:creator')
  const [rights] = itemsOf(xml, 'dc:rights')
  const [terms] = itemsOf(xml, 'xmpRights:UsageTerms')
  const [statement] = itemsOf(xml, 'xmpRights:WebStatement')
  const [licence] = itemsOf(xml, 'cc:license')
  return {
    ...(artists.length === 0 ? {} : { artists }),
    ...(rights === undefined ? {} : { rights }),
    ...(terms === undefined ? {} : { terms }),
    ...(statement === undefined ? {} : { statement }),
    ...(licence === undefined ? {} : { licence }),
  }
}

/** An XMP packet with a copyright and nothing else. Pure. */
export function xmpOf({ artists, rights, terms, statement, licence }: Copyright): string {
  const elements = [
    artists.length === 0 ? '' : `<dc:creator><rdf:Seq>${artists.map(item).join('')}</rdf:Seq></dc:creator>`,
    rights === null ? '' : `<dc:rights>${alternative(rights)}</dc:rights>`,
    terms === null ? '' : `<xmpRights:UsageTerms>${alternative(terms)}</xmpRights:UsageTerms>`,
    statement === null ? '' : `<xmpRights:WebStatement>${escaped(statement)}</xmpRights:WebStatement>`,
    licence === null ? '' : `<cc:license rdf:resource="${escaped(licence)}"/>`,
  ]
  return (
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' +
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" ' +
    `xmlns:cc="http://creativecommons.org/ns#">${elements.join('')}</rdf:Description></rdf:RDF></x:xmpmeta>` +
    '<?xpacket end="r"?>'
  )
}

// An element with a list, with a text or with the address of a resource, or an attribute.
function itemsOf(xml: string, name: string): readonly string[] {
  const element = elementOf(xml, name)
  if (element === null) {
    const attribute = attributeOf(xml, name)
    return attribute === null ? [] : [attribute]
  }
  const { opening, content } = element
  const resource = attributeOf(opening, 'rdf:resource')
  if (resource !== null) return [resource]
  const items = content.split('<rdf:li').slice(1)
  if (items.length === 0) return content.includes('<') ? [] : [unescaped(content)]
  return items.map((each) => unescaped(each.slice(each.indexOf('>') + 1, Math.max(0, each.indexOf('</rdf:li')))))
}

// By searching, whose time grows with the length alone.
function elementOf(xml: string, name: string): { readonly opening: string; readonly content: string } | null {
  const start = xml.indexOf(`<${name}`)
  if (start === -1 || !/[\s/>]/.test(xml[start + name.length + 1] ?? '')) return null
  const end = xml.indexOf('>', start)
  if (end === -1) return null
  const opening = xml.slice(start, end)
  if (opening.endsWith('/')) return { opening, content: '' }
  const close = xml.indexOf(`</${name}`, end)
  return close === -1 ? null : { opening, content: xml.slice(end + 1, close) }
}

function attributeOf(text: string, name: string): string | null {
  for (const quote of ['"', "'"]) {
    const start = text.indexOf(` ${name}=${quote}`)
    if (start === -1) continue
    const from = start + name.length + 3
    const end = text.indexOf(quote, from)
    if (end !== -1) return unescaped(text.slice(from, end))
  }
  return null
}

function item(text: string): string {
  return `<rdf:li>${escaped(text)}</rdf:li>`
}

function alternative(text: string): string {
  return `<rdf:Alt><rdf:li xml:lang="x-default">${escaped(text)}</rdf:li></rdf:Alt>`
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as const

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)
}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});/gi, (whole: string, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase() as keyof typeof ENTITIES]
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
