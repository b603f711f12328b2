import { constants, gunzipSync } from 'node:zlib'
import { markupType } from './markup-type.ts'

/** More than the prolog and the root element of a drawing need; these bytes unpack to at most 4 MiB. */
const PACKED_BYTES = 4_096
const UNPACKED_BYTES = 64 * 1024
const MOST_PER_BYTE = 1_040

/**
 * The type of a compressed drawing (SVGZ), judged by its first unpacked bytes; `undefined` for other bytes, and for any
 * other gzip, which stays gzip.
 */
export function packedType(head: Uint8Array): string | undefined {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return undefined
  const markup = beginningOf(head)
  return markup !== null && markupType(markup) === 'image/svg+xml' ? 'image/svg+xml-compressed' : undefined
}

function beginningOf(head: Uint8Array): Uint8Array | null {
  const packed = head.subarray(0, PACKED_BYTES)
  try {
    // A cut-off stream is no error with this flag.
    const unpacked = gunzipSync(packed, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: packed.byteLength * MOST_PER_BYTE,
    })
    return unpacked.subarray(0, UNPACKED_BYTES)
  } catch {
    // zlib's error about these bytes: they are no gzip.
    return null
  }
}
