import { Readable } from 'node:stream'
import { RindleError } from '../../domain/errors.ts'
import type { OpenedSource } from './opened-source.ts'

/** A multiple of four: such pieces of base64 decode on their own. */
const PIECE_CHARACTERS = 512 * 1024

/** The file in a `data:` URL (RFC 2397). `invalid_input`. */
export function openDataUrl(url: string): OpenedSource {
  const [head = '', mediaType = '', base64] = /^data:([^,]*?)(;base64)?,/i.exec(url.slice(0, 1_024)) ?? []
  if (head === '')
    throw new RindleError('invalid_input', 'The data URL is not valid: there is no comma after its type.')
  // The default of the specification says nothing about the bytes.
  const contentType = mediaType.split(';')[0]?.trim() ?? ''
  const fragment = url.indexOf('#', head.length)
  const data = url.slice(head.length, fragment === -1 ? undefined : fragment)
  const body = base64 === undefined ? Readable.from([percentDecoded(data)]) : textBody(data, 'base64 of a data URL')
  return { body, disposeChunks: false, ...(contentType === '' ? {} : { contentType }) }
}

/** Decodes base64 piece by piece, so that text and bytes are not both in memory as a whole. `invalid_input`. */
export function textBody(text: string, what: string): Readable {
  // `%2B`, `%2F` and `%3D` are how some programs write base64 into a URL.
  const plain = (text.includes('%') ? decodedText(text) : text).replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(plain) || plain.replace(/=+$/, '').length % 4 === 1) {
    throw new RindleError('invalid_input', `The ${what} is not valid.`)
  }
  return Readable.from(decoded(plain))
}

function* decoded(text: string): Generator<Buffer> {
  for (let start = 0; start < text.length; start += PIECE_CHARACTERS) {
    yield Buffer.from(text.slice(start, start + PIECE_CHARACTERS), 'base64')
  }
}

/** Percent-encoded bytes, which need not be UTF-8. */
function percentDecoded(data: string): Buffer {
  const bytes = Buffer.from(data, 'utf8')
  let length = 0
  for (let index = 0; index < bytes.byteLength; index += 1) {
    const hex = bytes[index] === 0x25 ? bytes.toString('latin1', index + 1, index + 3) : ''
    const isEncoded = /^[0-9a-f]{2}$/i.test(hex)
    bytes[length] = isEncoded ? Number.parseInt(hex, 16) : (bytes[index] ?? 0)
    if (isEncoded) index += 2
    length += 1
  }
  return bytes.subarray(0, length)
}

function decodedText(text: string): string {
  return percentDecoded(text).toString('latin1')
}
