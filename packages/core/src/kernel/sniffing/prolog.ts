/** The part of an XML document before its root element. */
export interface Prolog {
  /** Whether it begins with an XML declaration. */
  readonly isDeclared: boolean
  readonly doctype: Doctype | null
  /** The text from the root element on; empty when the text ends before it. */
  readonly rest: string
}

/** A document type declaration. */
export interface Doctype {
  /** The name of the root element. */
  readonly name: string
  /** The declaration without its internal subset. */
  readonly header: string
  /** The internal subset, between its brackets. */
  readonly subset: string
}

/** A piece of the prolog. */
interface Piece {
  /** The position after it; `null` when the text ends first. */
  readonly end: number | null
  readonly doctype?: Doctype
}

/** The openings of pieces. */
const OPENINGS = ['<?', '<!--', '<!doctype']

/**
 * Reads white space, an XML declaration, processing instructions, comments and a document type declaration, in any
 * order. `null` when the text is no markup. Linear time: it reads nothing twice. Pure.
 */
export function readProlog(text: string): Prolog | null {
  let at = skipSpace(text, 0)
  const isDeclared = /^<\?xml\s/.test(text.slice(at, at + 6))
  let doctype: Doctype | null = null
  // White space alone may have anything after it.
  if (text === '' || (at < text.length && text[at] !== '<')) return null
  for (;;) {
    const piece = pieceAt(text, at)
    if (piece === null) return { isDeclared, doctype, rest: text.slice(at) }
    doctype ??= piece.doctype ?? null
    if (piece.end === null) return { isDeclared, doctype, rest: '' }
    at = skipSpace(text, piece.end)
  }
}

/** `null` when the root element begins here, or the text is no XML. */
function pieceAt(text: string, at: number): Piece | null {
  const begins = (opening: string): boolean => text.slice(at, at + opening.length).toLowerCase() === opening
  if (begins('<?')) return { end: endOf(text, '?>', at + 2) }
  if (begins('<!--')) return { end: endOf(text, '-->', at + 4) }
  if (begins('<!doctype')) return doctypeAt(text, at)
  const isCut = OPENINGS.some((opening) => opening.startsWith(text.slice(at, at + opening.length).toLowerCase()))
  return isCut ? { end: null } : null
}

function doctypeAt(text: string, at: number): Piece {
  const name = /^<!doctype\s+([\w:.-]+)/i.exec(text.slice(at, at + 200))?.[1] ?? ''
  // Brackets and > inside texts, comments and instructions do not count.
  const mark = /["'[\]>]|<!--|<\?/g
  let from: number | null = null
  let to: number | null = null
  mark.lastIndex = at + '<!doctype'.length
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const [token] = found
    if (token === '[') from ??= found.index
    else if (token === ']') to ??= found.index
    else if (token === '>') {
      if (from !== null && to === null) continue
      const header = `${text.slice(at, from ?? found.index)}>`
      const subset = from === null ? '' : text.slice(from + 1, to ?? found.index)
      return { end: mark.lastIndex, doctype: { name, header, subset } }
    } else {
      const end = endOf(text, CLOSINGS[token] ?? token, mark.lastIndex)
      if (end === null) break
      mark.lastIndex = end
    }
  }
  return { end: null, doctype: { name, header: '', subset: '' } }
}

const CLOSINGS: Readonly<Record<string, string>> = { '<!--': '-->', '<?': '?>' }

function endOf(text: string, closing: string, from: number): number | null {
  const at = text.indexOf(closing, from)
  return at === -1 ? null : at + closing.length
}

function skipSpace(text: string, at: number): number {
  const space = /\s*/y
  space.lastIndex = at
  return at + (space.exec(text)?.[0].length ?? 0)
}
