import type { DecoderRefusal, ImageHeader } from '@rindle/processor-image'
import { libheif } from './libheif.ts'
import { cicpOf, codingOf, iccOf, isGrey, type PrimaryPicture } from './primary-picture.ts'

/** Sharp decodes these itself. */
const CODED_AS_AV1 = 'av01'
const MAX_BITS = 16

/** The header of a picture, a verdict about it, or `null` if sharp decodes it. Reads no pixel. */
export function headerOf(picture: PrimaryPicture): ImageHeader | DecoderRefusal | null {
  const { handle } = picture
  if (codingOf(picture) === CODED_AS_AV1) return null
  const [width, height] = [libheif._heif_image_handle_get_width(handle), libheif._heif_image_handle_get_height(handle)]
  const decodedPixels = Math.max(
    width * height,
    libheif._heif_image_handle_get_ispe_width(handle) * libheif._heif_image_handle_get_ispe_height(handle),
  )
  const bits = libheif._heif_image_handle_get_luma_bits_per_pixel(handle)
  if (width < 1 || height < 1 || bits < 1 || bits > MAX_BITS) return damaged()
  if (isTightCrop({ width, height, decodedPixels })) {
    return { refused: 'unsupported_codec', message: 'a HEIC that shows only a small part of its picture' }
  }
  const icc = fittingProfile(picture)
  const hasAlpha = libheif._heif_image_handle_has_alpha_channel(handle) === 1
  return {
    width,
    height,
    decodedPixels,
    channels: channelsOf(icc, hasAlpha),
    bits: Math.max(8, bits),
    icc,
    cicp: cicpOf(picture),
  }
}

function damaged(): DecoderRefusal {
  return { refused: 'corrupt_media', message: 'The HEIC is damaged: its picture has no size. Upload it again.' }
}

// libheif 1.23.2 takes the size that is shown for that of the coded picture, with some room, and refuses a larger one in
// the middle of its work. Those with a few pixels too many, which is how encoders store odd sizes, are decoded.
const ROOM = 64

function isTightCrop({
  width,
  height,
  decodedPixels,
}: Pick<ImageHeader, 'width' | 'height' | 'decodedPixels'>): boolean {
  return decodedPixels > (width + ROOM) * (height + ROOM)
}

const GREY = 'GRAY'
const COLOURS = 'RGB '

/** The profile of a picture, unless it is one for other channels, which every viewer ignores. */
export function fittingProfile(picture: PrimaryPicture): Uint8Array | null {
  const icc = iccOf(picture)
  if (icc === null) return null
  const space = spaceOf(icc)
  return space === COLOURS || (space === GREY && isGrey(picture)) ? icc : null
}

/** The channels to decode to: grey only where a profile for grey needs it. */
export function channelsOf(icc: Uint8Array | null, hasAlpha: boolean): ImageHeader['channels'] {
  const isOneChannel = icc !== null && spaceOf(icc) === GREY
  if (isOneChannel) return hasAlpha ? 2 : 1
  return hasAlpha ? 4 : 3
}

// Bytes 16 to 19 of an ICC profile.
function spaceOf(icc: Uint8Array): string {
  return String.fromCharCode(...icc.subarray(16, 20))
}
