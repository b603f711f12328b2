import type { DecoderRefusal } from '@rindle/processor-image'
import { LibheifError } from './libheif.ts'
import { FileTooLarge } from './primary-picture.ts'

// heif_error_code of libheif.
const INVALID_INPUT = 2
const UNSUPPORTED_FILE_TYPE = 3
const UNSUPPORTED_FEATURE = 4
const MEMORY_ALLOCATION = 6
const DECODER_PLUGIN = 7
// heif_suberror_code.
const NO_PRIMARY_PICTURE = 124
const UNSUPPORTED_CODEC = 3001
const SECURITY_LIMIT_EXCEEDED = 1000

/**
 * The verdict of an error that speaks of the bytes. Throws any other one: a lack of memory or a fault of the decoder is
 * not the file's.
 */
export function verdictOf(error: unknown, bytes: Uint8Array): DecoderRefusal {
  if (error instanceof FileTooLarge) return { refused: 'limit_exceeded', message: error.message }
  if (!(error instanceof LibheifError)) throw error
  const { code, subcode, message } = error
  if (code === INVALID_INPUT && subcode === NO_PRIMARY_PICTURE && isSequence(bytes)) {
    return { refused: 'unsupported_codec', message: 'a HEIC of moving pictures without a still one' }
  }
  switch (code) {
    case INVALID_INPUT:
    case DECODER_PLUGIN:
      return { refused: 'corrupt_media', message: `The HEIC is damaged (libheif: ${message}). Upload it again.` }
    case UNSUPPORTED_FILE_TYPE:
    case UNSUPPORTED_FEATURE: {
      const what = subcode === UNSUPPORTED_CODEC ? 'in another coding than HEVC' : 'of an unsupported kind'
      return { refused: 'unsupported_codec', message: `a HEIF ${what} (libheif: ${message})` }
    }
    case MEMORY_ALLOCATION:
      if (subcode !== SECURITY_LIMIT_EXCEEDED)
        throw new Error(`unable to allocate memory (${message})`, { cause: error })
      return {
        refused: 'limit_exceeded',
        message: `The HEIC is beyond the decoder's safety limits (libheif: ${message}).`,
      }
    default:
      throw error
  }
}

const BOX_HEADER_BYTES = 8
// It is among the first of a file.
const MAX_BOXES = 64

/** Whether the file has tracks, as films and sequences do. */
function isSequence(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (let count = 0; count < MAX_BOXES && at + BOX_HEADER_BYTES <= bytes.byteLength; count += 1) {
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'moov') return true
    const length = view.getUint32(at)
    if (length < BOX_HEADER_BYTES) return false
    at += length
  }
  return false
}
