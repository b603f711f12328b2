/** A type, and the text (in Latin-1) that its files have at these offsets. */
type Signature = readonly [contentType: string, ...at: readonly (readonly [offset: number, text: string])[]]

/** What file-type does not know. */
const SIGNATURES: readonly Signature[] = [
  ['audio/wav', [0, 'RF64'], [8, 'WAVE']],
  ['audio/wav', [0, 'BW64'], [8, 'WAVE']],
  ['audio/wav', [0, 'RIFX'], [8, 'WAVE']],
  ['audio/x-w64', [0, 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0']],
  ['audio/basic', [0, '.snd']],
  // Packets of broadcasts, with a checksum of 16 bytes each.
  ['video/mp2t', [0, 'G'], [204, 'G'], [408, 'G']],
  // Films of before the box that names their brand.
  ['video/quicktime', [4, 'skip']],
  ['video/quicktime', [4, 'pnot']],
  // file-type looks for the tags of raw photos in a TIFF's directory, and knows no TIFF whose directory lies further on:
  // most writers put it at the end of the file.
  ['image/tiff', [0, 'II*\0']],
  ['image/tiff', [0, 'MM\0*']],
]

/** Readers of PDF search as far for the beginning; mail gateways and printers put their own lines before it. */
const PDF_SEARCH_BYTES = 1_024

/** The type of bytes that file-type does not know, by signatures of our own; `undefined` when none fits. Pure. */
export function signatureType(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const found = SIGNATURES.find(([, ...places]) =>
    places.every(([offset, text]) => bytes.toString('latin1', offset, offset + text.length) === text),
  )
  if (found !== undefined) return found[0]
  return bytes.subarray(0, PDF_SEARCH_BYTES).includes('%PDF-') ? 'application/pdf' : undefined
}
