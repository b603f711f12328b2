import { XmlTextDetector } from '@file-type/xml'
import { type Doctype, type Prolog, readProlog } from './prolog.ts'

const XML = 'application/xml'

/** The longest part of a root element that is read. */
const MAX_ROOT_CHARACTERS = 32 * 1024

/** A longer entity value names no namespace. */
const MAX_ENTITY_CHARACTERS = 200

const PREDEFINED = ['amp', 'lt', 'gt', 'quot', 'apos']

const ENCODINGS: readonly { readonly mark: readonly number[]; readonly encoding: string }[] = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0x00, 0x3c], encoding: 'utf-16be' },
  { mark: [0x3c, 0x00], encoding: 'utf-16le' },
]

/**
 * The type of XML by its root element: `application/xml` when that is unknown or unreadable, `undefined` for anything
 * but XML, including web pages. Runs and fetches nothing of the document. Its own plain-text entities are put into the
 * root element, once, so that its namespace can be read.
 */
export function markupType(head: Uint8Array): string | undefined {
  const prolog = prologOf(head)
  if (prolog === null) return undefined
  const { rest, doctype, isDeclared } = prolog
  // A page declares itself as HTML; XHTML has a declaration.
  if (doctype?.name.toLowerCase() === 'html' && !isDeclared) return undefined
  const isXml = isDeclared || doctype !== null
  if (rest === '') return isXml ? XML : undefined
  if (!isXml && !/^<[a-z_][\w:.-]*(?:\s+[^<>]*=|\s*>)/i.test(rest)) return undefined
  const start = startTag(withEntities(rest.slice(0, MAX_ROOT_CHARACTERS), doctype))
  return rootType(`${doctype?.header ?? ''}${start}`) ?? XML
}

/** Whether bytes are the beginning of markup, and end before its root element begins. */
export function isProlog(head: Uint8Array): boolean {
  return prologOf(head)?.rest === ''
}

function prologOf(head: Uint8Array): Prolog | null {
  const encoding = ENCODINGS.find(({ mark }) => mark.every((byte, index) => head[index] === byte))?.encoding
  if (encoding === undefined && !/^\s*(?:<|$)/.test(Buffer.from(head).toString('latin1'))) return null
  return readProlog(new TextDecoder(encoding).decode(head))
}

function withEntities(root: string, doctype: Doctype | null): string {
  if (doctype === null) return root
  const values = new Map<string, string>()
  for (const [, name = '', quoted = ''] of doctype.subset.matchAll(/<!ENTITY\s+([\w:.-]+)\s+("[^"]*"|'[^']*')\s*>/g)) {
    const value = quoted.slice(1, -1)
    // An entity with markup or other entities is left out: nothing is expanded twice.
    if (value.length <= MAX_ENTITY_CHARACTERS && !/[<>&%"']/.test(value) && !values.has(name)) values.set(name, value)
  }
  const expanded = root.replace(/&([a-z_][\w:.-]*);/gi, (reference, name: string) =>
    PREDEFINED.includes(name) ? reference : (values.get(name) ?? ''),
  )
  return expanded.slice(0, MAX_ROOT_CHARACTERS)
}

/** A tag up to its end: the first > outside of quotes. */
function startTag(text: string): string {
  const tag = /^<(?:[^"'>]|"[^"]*"|'[^']*')*>/.exec(text)
  return tag?.[0] ?? text
}

function rootType(text: string): string | undefined {
  const detector = new XmlTextDetector()
  try {
    // By character, so that errors after the root element change nothing: the parser throws, or loses its findings.
    for (const character of text) {
      if (detector.onEnd) break
      detector.write(character)
    }
  } catch {
    return undefined
  }
  return detector.fileType?.mime
}
