import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

const SLICE_BYTES = 4 * 1024 * 1024
/** The browser's own hash is several times faster, and takes only whole files. */
const WHOLE_BYTES = 16 * 1024 * 1024

/**
 * The SHA-256 of a file, in lower-case hex. Reads a large one in slices, so that its size does not matter for memory, and
 * calls `onSlice` after each of them. Rejects if the file cannot be read.
 */
export async function sha256OfBlob(blob: Blob, onSlice: () => void): Promise<string> {
  // Absent on pages that came without TLS.
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto }
  if (subtle !== undefined && blob.size <= WHOLE_BYTES) {
    return bytesToHex(new Uint8Array(await subtle.digest('SHA-256', await blob.arrayBuffer())))
  }
  const hash = sha256.create()
  for (let start = 0; start < blob.size; start += SLICE_BYTES) {
    hash.update(new Uint8Array(await blob.slice(start, start + SLICE_BYTES).arrayBuffer()))
    onSlice()
  }
  return bytesToHex(hash.digest())
}
