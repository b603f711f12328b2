// The module of the decoder, which `heic()` names: the decoder processes load it, in a thread of its own.
import type {
  DecodedImage,
  DecoderRefusal,
  ImageDecodeOptions,
  ImageDecoderModule,
  ImageHeader,
} from '@rindle/processor-image'
import { decodePixels } from './decode-pixels.ts'
import { libheif, readText } from './libheif.ts'
import { withPrimaryPicture } from './primary-picture.ts'
import { headerOf } from './read-header.ts'
import { verdictOf } from './verdict.ts'

/** See `ImageDecoderModule`. */
export const version: string = `libheif ${readText(libheif._heif_get_version())}`

/** See `ImageDecoderModule`. */
export function readHeader(bytes: Uint8Array): ImageHeader | DecoderRefusal | null {
  try {
    return withPrimaryPicture(bytes, headerOf)
  } catch (error) {
    return verdictOf(error, bytes)
  }
}

/** See `ImageDecoderModule`. */
export function decode(bytes: Uint8Array, { maxPixels }: ImageDecodeOptions): DecodedImage | DecoderRefusal {
  try {
    return withPrimaryPicture(bytes, decodePixels, maxPixels)
  } catch (error) {
    return verdictOf(error, bytes)
  }
}

/** See `ImageDecoderModule`. */
export function heldBytes(): number {
  return libheif.HEAPU8.byteLength
}

// The compiler compares the exports with the port.
const _check: ImageDecoderModule = { version, readHeader, decode, heldBytes }
