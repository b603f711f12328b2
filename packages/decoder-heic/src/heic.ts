import { extname } from 'node:path'
import type { ImageDecoder } from '@rindle/processor-image'

/**
 * Decodes HEIC and HEIF photos, for `decoders` of `imageProcessor`: those coded as HEVC, of 8 to 12 bits, in one piece
 * or in tiles, with their colour profile and transparency, turned as the file says. Of a burst it is the primary
 * picture. Other codings in the same container (AV1) stay with sharp. Does no I/O: the decoder is loaded by the decoder
 * processes, when the first such file comes.
 */
export function heic(): ImageDecoder {
  return {
    name: 'heic',
    contentTypes: ['image/heic', 'image/heif'],
    module: new URL(`./decoder-module${extname(import.meta.url)}`, import.meta.url),
  }
}
