const AVIF = 'image/avif'
const HEIC = 'image/heic'
const HEIF = 'image/heif'

/** Brands that tell the coding of the pictures. */
const CODED: Readonly<Record<string, string>> = {
  avif: AVIF,
  avis: AVIF,
  heic: HEIC,
  heix: HEIC,
  heim: HEIC,
  heis: HEIC,
  hevc: HEIC,
  hevx: HEIC,
  hevm: HEIC,
  hevs: HEIC,
}

/** Brands of pictures and sequences that leave the coding to the compatible brands. */
const GENERAL = ['mif1', 'mif2', 'mif3', 'msf1', 'miaf', 'MiHB', 'MiHE', 'MiHA', 'MA1A', 'MA1B', '1pic']

/** Brands of pictures in codings without a type of their own here. */
const OTHERS = ['avci', 'avcs', 'jpeg', 'jpgs', 'j2ki', 'j2is', 'vvic', 'vvis']

/**
 * The type of a picture in a HEIF container: by its major brand, or by its compatible ones where the major one is
 * general. `undefined` for other files, including films in the same container. Pure.
 */
export function brandType(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (bytes.byteLength < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return undefined
  const major = bytes.toString('latin1', 8, 12)
  if (OTHERS.includes(major)) return HEIF
  if (!GENERAL.includes(major)) return CODED[major]
  const end = Math.min(bytes.readUInt32BE(0), bytes.byteLength)
  for (let at = 16; at + 4 <= end; at += 4) {
    const type = CODED[bytes.toString('latin1', at, at + 4)]
    if (type !== undefined) return type
  }
  return HEIF
}
