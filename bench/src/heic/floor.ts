import { mkdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { cpuMeter } from '../cpu-meter.ts'
import { CROPS, INSIDES } from '../images/setup.ts'
import { serveSide } from '../serve-side.ts'
import type { HeicRound, HeicSetup } from './setup.ts'

interface Libheif {
  readonly HEAPU8: Uint8Array
  readonly HEAPU32: Uint32Array
  _malloc(bytes: number): number
  _free(at: number): void
  _heif_context_alloc(): number
  _heif_context_free(context: number): void
  _heif_context_read_from_memory_without_copy(error: number, context: number, at: number, size: number, none: 0): void
  _heif_context_get_primary_image_handle(error: number, context: number, slot: number): void
  _heif_image_handle_release(handle: number): void
  _heif_decode_image(error: number, handle: number, slot: number, space: number, chroma: number, none: 0): void
  _heif_image_get_width(image: number, channel: number): number
  _heif_image_get_height(image: number, channel: number): number
  _heif_image_get_plane_readonly2(image: number, channel: number, slot: number): number
  _heif_image_release(image: number): void
}

// libheif's C interface, because the classes of libheif-js are slower: they copy pixel by pixel, with alpha.
const require = createRequire(import.meta.url)
const libheif = require('libheif-js/wasm-bundle') as Libheif
const INTERLEAVED = 10
// An error, and a pointer or a length.
const SCRATCH_BYTES = 16
const SLOT_AT = 12

interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

function decode(bytes: Uint8Array): Pixels {
  const file = libheif._malloc(bytes.byteLength)
  const scratch = libheif._malloc(SCRATCH_BYTES)
  const slot = scratch + SLOT_AT
  const slotValue = (): number => {
    if (libheif.HEAPU32[scratch >>> 2] !== 0) throw new Error('libheif cannot decode the photo.')
    return libheif.HEAPU32[slot >>> 2] ?? 0
  }
  libheif.HEAPU8.set(bytes, file)
  const context = libheif._heif_context_alloc()
  libheif._heif_context_read_from_memory_without_copy(scratch, context, file, bytes.byteLength, 0)
  libheif._heif_context_get_primary_image_handle(scratch, context, slot)
  const handle = slotValue()
  libheif._heif_decode_image(scratch, handle, slot, 1, INTERLEAVED, 0)
  const image = slotValue()
  const [width, height] = [
    libheif._heif_image_get_width(image, INTERLEAVED),
    libheif._heif_image_get_height(image, INTERLEAVED),
  ]
  const plane = libheif._heif_image_get_plane_readonly2(image, INTERLEAVED, slot)
  const stride = libheif.HEAPU32[slot >>> 2] ?? 0
  const data = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row += 1) {
    const at = plane + row * stride
    data.set(libheif.HEAPU8.subarray(at, at + width * 3), row * width * 3)
  }
  libheif._heif_image_release(image)
  libheif._heif_image_handle_release(handle)
  libheif._heif_context_free(context)
  libheif._free(scratch)
  libheif._free(file)
  return { data, width, height }
}

// The plan of the bench `images`: one decode to the largest variant, and every variant from that.
async function makeAll(path: string, directory: string): Promise<void> {
  const { data, width, height } = decode(await readFile(path))
  const inLargest = { width: INSIDES.large, height: INSIDES.large, fit: 'inside', withoutEnlargement: true } as const
  const { data: base, info } = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(inLargest)
    .raw()
    .toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  const write = async (name: string, pipeline: Sharp): Promise<void> => {
    await pipeline.webp({ quality: 80, effort: 4 }).toFile(join(directory, `${name}.webp`))
  }
  const inside = (size: number): Sharp => sharp(base, { raw }).resize(size, size, { fit: 'inside' })
  await write('large', sharp(base, { raw }))
  await write('medium', inside(INSIDES.medium))
  await write('small', inside(INSIDES.small))
  await write('thumb', sharp(base, { raw }).resize(CROPS.thumb, CROPS.thumb, { fit: 'cover' }))
}

serveSide(async (setup) => {
  const directory = join((setup as HeicSetup).directory, 'bare')
  sharp.concurrency(1)
  sharp.cache(false)
  return {
    round: async (input) => {
      const { photographs } = input as HeicRound
      await mkdir(directory)
      const cpu = cpuMeter()
      const begin = performance.now()
      for (const path of photographs) await makeAll(path, directory)
      const figures = { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
      await rm(directory, { recursive: true })
      return figures
    },
    stop: async () => {},
  }
})
