/** A type, and the text (in Latin-1) of its files at these offsets. */
type Signature = readonly [contentType: string, ...at: readonly (readonly [offset: number, text: string])[]]

/** Types that file-type does not know. */
const SIGNATURES: readonly Signature[] = [
  ['audio/wav', [0, 'RF64'], [8, 'WAVE']],
  ['audio/wav', [0, 'BW64'], [8, 'WAVE']],
  ['audio/wav', [0, 'RIFX'], [8, 'WAVE']],
  ['audio/x-w64', [0, 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0']],
  ['audio/basic', [0, '.snd']],
  // Packets of broadcasts, each with a checksum of 16 bytes.
  ['video/mp2t', [0, 'G'], [204, 'G'], [408, 'G']],
  // Films from before the box that names their brand.
  ['video/quicktime', [4, 'skip']],
  ['video/quicktime', [4, 'pnot']],
  // file-type looks for the tags of raw photos in a TIFF's directory, and misses a TIFF with a later directory: most
  // writers put it at the end of the file.
  ['image/tiff', [0, 'II*\0']],
  ['image/tiff', [0, 'MM\0*']],
]

/** PDF readers search this far for the header; mail gateways and printers put their own lines before it. */
const PDF_SEARCH_BYTES = 1_024

/** The type of bytes that file-type does not know, by our own signatures; `undefined` when none fits. Pure. */
export function signatureType(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const found = SIGNATURES.find(([, ...places]) =>
    places.every(([offset, text]) => bytes.toString('latin1', offset, offset + text.length) === text),
  )
  if (found !== undefined) return found[0]
  return bytes.subarray(0, PDF_SEARCH_BYTES).includes('%PDF-') ? 'application/pdf' : undefined
}
