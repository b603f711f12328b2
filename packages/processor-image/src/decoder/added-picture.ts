import type { ImageHeader } from '../image-decoder.ts'
import { type Colour, colourOfCicp, isSrgb } from './colour/colour.ts'
import type { Correction } from './correction.ts'
import type { Picture } from './picture.ts'
import { unsupported } from './refusal.ts'

/** The picture of a header that a decoder besides sharp has read. Throws a `Refusal` for an unknown colour space. */
export function addedPicture(header: ImageHeader, contentType: string, decoder: string): Picture {
  const { width, height, channels, bits, icc } = header
  const isDeep = bits > 8
  const isGrey = channels < 3
  return {
    format: decoder,
    contentType,
    width,
    height,
    orientation: 1,
    pages: 1,
    delaysMs: null,
    space: isGrey ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb',
    depth: isDeep ? 'ushort' : 'uchar',
    channels,
    hasAlpha: channels === 2 || channels === 4,
    hasProfile: icc !== null,
    profileSpace: icc === null ? null : profileSpaceOf(icc),
    isProgressive: false,
    isDecodable: true,
    addedDecoder: { name: decoder, pixels: header.decodedPixels },
    correction: correctionOf(header),
    extras: [],
  }
}

function correctionOf({ bits, channels, icc, cicp }: ImageHeader): Correction | null {
  const colour = icc === null ? colourOf(cicp) : null
  // sharp applies a grey profile neither to 16 bits nor beside transparency.
  const isGreyOfProfile = icc !== null && channels < 3 && (bits > 8 || channels === 2)
  if (colour === null && !isGreyOfProfile) return null
  return { colour, bits, deepProfile: isGreyOfProfile && bits > 8 ? 'grey' : null, keptChannels: null }
}

function colourOf(cicp: ImageHeader['cicp']): Colour | null {
  if (cicp === null) return null
  const { primaries, transfer } = cicp
  const colour = colourOfCicp(primaries, transfer)
  if (colour === null) throw unsupported(`a picture of the colour space ${primaries}/${transfer} (nclx)`)
  return isSrgb(colour) ? null : colour
}

// Bytes 16 to 19 of an ICC profile.
function profileSpaceOf(icc: Uint8Array): string {
  return Buffer.from(icc.buffer, icc.byteOffset, icc.byteLength).toString('latin1', 16, 20).trim()
}
