import type { DecodedImage } from '@rindle/processor-image'
import { libheif, pointerOf, readUint32, withMemory } from './libheif.ts'
import type { PrimaryPicture } from './primary-picture.ts'
import { channelsOf, fittingProfile } from './read-header.ts'

const RGB = 1
/** The channel of an interleaved picture. */
const INTERLEAVED = 10
const CHROMA = { 3: 10, 4: 11 } as const
/** Little-endian, 2 bytes each. */
const DEEP_CHROMA = { 3: 14, 4: 15 } as const

/** Decodes the picture, turned, mirrored and cropped as its file says. Throws a `LibheifError`. */
export function decodePixels(picture: PrimaryPicture): DecodedImage {
  const { handle } = picture
  const icc = fittingProfile(picture)
  const channels = channelsOf(icc, libheif._heif_image_handle_has_alpha_channel(handle) === 1)
  const isPremultiplied = libheif._heif_image_handle_is_premultiplied_alpha(handle) === 1
  const isDeep = libheif._heif_image_handle_get_luma_bits_per_pixel(handle) > 8
  const coloured = channels === 2 || channels === 4 ? 4 : 3
  const chroma = (isDeep ? DEEP_CHROMA : CHROMA)[coloured]
  const image = pointerOf((error, slot) => libheif._heif_decode_image(error, handle, slot, RGB, chroma, 0))
  try {
    const width = libheif._heif_image_get_width(image, INTERLEAVED)
    const height = libheif._heif_image_get_height(image, INTERLEAVED)
    const bits = libheif._heif_image_get_bits_per_pixel_range(image, INTERLEAVED)
    const layout = { width, height, channels: coloured } as const
    const decoded = isDeep ? deepRows(image, layout, bits) : rows(image, layout)
    if (coloured === 4 && isPremultiplied) divideByAlpha(decoded, isDeep ? ((1 << bits) - 1) << (16 - bits) : 255)
    return { samples: channels < 3 ? withoutColours(decoded, coloured) : decoded, width, height, channels, icc }
  } finally {
    libheif._heif_image_release(image)
  }
}

interface Layout {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
}

// Without the padding of the rows.
function rows(image: number, { width, height, channels }: Layout, sampleBytes = 1): Uint8Array {
  const { at, stride } = planeOf(image)
  const rowBytes = width * channels * sampleBytes
  const all = new Uint8Array(rowBytes * height)
  const memory = libheif.HEAPU8
  for (let row = 0; row < height; row += 1) {
    const start = at + row * stride
    all.set(memory.subarray(start, start + rowBytes), row * rowBytes)
  }
  return all
}

function deepRows(image: number, layout: Layout, bits: number): Uint16Array {
  const samples = new Uint16Array(rows(image, layout, 2).buffer)
  const shift = 16 - bits
  for (let index = 0; index < samples.length; index += 1) samples[index] = (samples[index] ?? 0) << shift
  return samples
}

function planeOf(image: number): { readonly at: number; readonly stride: number } {
  return withMemory(4, (slot) => {
    const at = libheif._heif_image_get_plane_readonly2(image, INTERLEAVED, slot)
    return { at, stride: readUint32(slot) }
  })
}

// In place. Rounding may have made a colour brighter than its alpha.
function divideByAlpha(samples: Uint8Array | Uint16Array, white: number): void {
  for (let at = 0; at < samples.length; at += 4) {
    const alpha = samples[at + 3] ?? 0
    if (alpha === 0 || alpha === white) continue
    for (let channel = at; channel < at + 3; channel += 1) {
      samples[channel] = Math.min(white, Math.round(((samples[channel] ?? 0) * white) / alpha))
    }
  }
}

// The three colours of a grey picture are the same.
function withoutColours(samples: Uint8Array | Uint16Array, channels: 3 | 4): Uint8Array | Uint16Array {
  const kept = channels - 2
  const pixels = samples.length / channels
  const grey = samples instanceof Uint16Array ? new Uint16Array(pixels * kept) : new Uint8Array(pixels * kept)
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    grey[pixel * kept] = samples[pixel * channels] ?? 0
    if (kept === 2) grey[pixel * kept + 1] = samples[pixel * channels + 3] ?? 0
  }
  return grey
}
