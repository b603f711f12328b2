import { createRequire } from 'node:module'

// Its package has no entry for `import`.
const require = createRequire(import.meta.url)

/** A pointer into the memory of the module, or a plain number of C. */
type C = number

/**
 * The part of libheif's C interface that is used, as the WebAssembly build of libheif-js exports it. A struct that C
 * returns by value comes through an additional first argument. Its own JavaScript classes reach neither colour profiles
 * nor limits nor more than 8 bits.
 */
export interface Libheif {
  readonly HEAPU8: Uint8Array
  readonly HEAPU32: Uint32Array
  _malloc(bytes: number): C
  _free(at: C): void
  _heif_get_version(): C
  _heif_context_alloc(): C
  _heif_context_free(context: C): void
  _heif_context_get_security_limits(context: C): C
  _heif_context_read_from_memory_without_copy(error: C, context: C, bytes: C, byteSize: number, options: C): void
  _heif_context_get_primary_image_handle(error: C, context: C, handleSlot: C): void
  _heif_item_get_item_type(context: C, item: number): number
  _heif_context_get_item_references(context: C, item: number, index: number, typeSlot: C, itemsSlot: C): number
  _heif_release_item_references(context: C, itemsSlot: C): void
  _heif_image_handle_get_item_id(handle: C): number
  _heif_image_handle_get_width(handle: C): number
  _heif_image_handle_get_height(handle: C): number
  _heif_image_handle_get_ispe_width(handle: C): number
  _heif_image_handle_get_ispe_height(handle: C): number
  _heif_image_handle_get_luma_bits_per_pixel(handle: C): number
  _heif_image_handle_get_preferred_decoding_colorspace(error: C, handle: C, colourSpaceSlot: C, chromaSlot: C): void
  _heif_image_handle_has_alpha_channel(handle: C): number
  _heif_image_handle_is_premultiplied_alpha(handle: C): number
  _heif_image_handle_get_raw_color_profile_size(handle: C): number
  _heif_image_handle_get_raw_color_profile(error: C, handle: C, profile: C): void
  _heif_image_handle_get_nclx_color_profile(error: C, handle: C, profileSlot: C): void
  _heif_nclx_color_profile_free(profile: C): void
  _heif_image_handle_release(handle: C): void
  _heif_decode_image(error: C, handle: C, imageSlot: C, colourSpace: number, chroma: number, options: C): void
  _heif_image_get_width(image: C, channel: number): number
  _heif_image_get_height(image: C, channel: number): number
  _heif_image_get_bits_per_pixel_range(image: C, channel: number): number
  _heif_image_get_plane_readonly2(image: C, channel: number, strideSlot: C): C
  _heif_image_release(image: C): void
}

const FUNCTIONS = [
  '_malloc',
  '_free',
  '_heif_get_version',
  '_heif_context_alloc',
  '_heif_context_free',
  '_heif_context_get_security_limits',
  '_heif_context_read_from_memory_without_copy',
  '_heif_context_get_primary_image_handle',
  '_heif_item_get_item_type',
  '_heif_context_get_item_references',
  '_heif_release_item_references',
  '_heif_image_handle_get_item_id',
  '_heif_image_handle_get_width',
  '_heif_image_handle_get_height',
  '_heif_image_handle_get_ispe_width',
  '_heif_image_handle_get_ispe_height',
  '_heif_image_handle_get_luma_bits_per_pixel',
  '_heif_image_handle_get_preferred_decoding_colorspace',
  '_heif_image_handle_has_alpha_channel',
  '_heif_image_handle_is_premultiplied_alpha',
  '_heif_image_handle_get_raw_color_profile_size',
  '_heif_image_handle_get_raw_color_profile',
  '_heif_image_handle_get_nclx_color_profile',
  '_heif_nclx_color_profile_free',
  '_heif_image_handle_release',
  '_heif_decode_image',
  '_heif_image_get_width',
  '_heif_image_get_height',
  '_heif_image_get_bits_per_pixel_range',
  '_heif_image_get_plane_readonly2',
  '_heif_image_release',
] as const satisfies readonly Exclude<keyof Libheif, 'HEAPU8' | 'HEAPU32'>[]

/** The module of this thread, compiled while the file is loaded. */
export const libheif: Libheif = load()

// The exports are not documented, so a release that differs is named at once instead of failing in the middle of a file.
function load(): Libheif {
  const loaded = require('libheif-js/wasm-bundle') as Libheif
  const missing = FUNCTIONS.filter((name) => typeof loaded[name] !== 'function')
  if (missing.length === 0) return loaded
  throw new Error(`libheif-js lacks ${missing.join(', ')}; install the version that @rindle/decoder-heic names.`)
}

/** The 32 bits at an address, without sign. */
export function readUint32(at: C): number {
  return libheif.HEAPU32[at >>> 2] ?? 0
}

/** The text at an address, up to its zero. */
export function readText(at: C): string {
  if (at === 0) return ''
  const end = libheif.HEAPU8.indexOf(0, at)
  return Buffer.from(libheif.HEAPU8.subarray(at, end)).toString()
}

/** Does `work` with that many bytes of the module's memory, and frees them. Throws if there are none left. */
export function withMemory<Result>(byteSize: number, work: (at: C) => Result): Result {
  const at = libheif._malloc(byteSize)
  if (at === 0) throw new Error(`unable to allocate ${byteSize} bytes`)
  try {
    return work(at)
  } finally {
    libheif._free(at)
  }
}

/** An error of libheif, with its numbers: `heif_error_code` and `heif_suberror_code`. */
export class LibheifError extends Error {
  override readonly name: string = 'LibheifError'
  readonly code: number
  readonly subcode: number

  constructor(code: number, subcode: number, message: string) {
    super(message)
    this.code = code
    this.subcode = subcode
  }
}

const ERROR_BYTES = 12

/** Makes a call that returns a `heif_error`; throws it unless it says that all is well. */
export function check(call: (error: C) => void): void {
  withMemory(ERROR_BYTES, (error) => {
    call(error)
    const code = readUint32(error)
    if (code !== 0) throw new LibheifError(code, readUint32(error + 4), readText(readUint32(error + 8)))
  })
}

/** Makes a call that returns a `heif_error` and, through its second argument, a pointer. */
export function pointerOf(call: (error: C, slot: C) => void): C {
  return withMemory(4, (slot) => {
    check((error) => call(error, slot))
    return readUint32(slot)
  })
}
