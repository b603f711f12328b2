import { BoxError, innerBoxes } from './boxes.ts'

// The fields before the boxes of a sample entry, with its head: of pictures, and of sound.
const VISUAL_ENTRY_BYTES = 86
const AUDIO_ENTRY_BYTES = 36

/** The CODECS string (RFC 6381) of a sample entry: `avc1.640028`, `mp4a.40.2`. Throws {@link BoxError}. Pure. */
export function codecString(entry: Buffer): string {
  const format = entry.toString('latin1', 4, 8)
  const [from, wanted] = format === 'mp4a' ? [AUDIO_ENTRY_BYTES, 'esds'] : [VISUAL_ENTRY_BYTES, 'avcC']
  for (const { type, bytes } of innerBoxes(entry, from)) {
    if (type !== wanted) continue
    // Version, then profile, constraints and level.
    return format === 'mp4a' ? soundString(bytes) : `avc1.${bytes.toString('hex', 9, 12)}`
  }
  throw new BoxError(`it has no configuration of ${format}`)
}

const ES_TAG = 3
const DECODER_TAG = 4
const SPECIFIC_TAG = 5

/** Reads the descriptors of an `esds`, each within the one before. */
function soundString(esds: Buffer): string {
  const stream = descriptor(esds, 12, ES_TAG)
  // The id and flags of the stream, without optional fields.
  const decoder = descriptor(esds, stream + 3, DECODER_TAG)
  const objectType = esds.readUInt8(decoder)
  const specific = descriptor(esds, decoder + 13, SPECIFIC_TAG)
  return `mp4a.${objectType.toString(16)}.${esds.readUInt8(specific) >> 3}`
}

/** The byte where the content of a descriptor begins. */
function descriptor(bytes: Buffer, from: number, tag: number): number {
  if (bytes.readUInt8(from) !== tag) throw new BoxError('its configuration of mp4a has an unknown form')
  let at = from + 1
  while (bytes.readUInt8(at) >= 0x80) at += 1
  return at + 1
}
