import { check, LibheifError, libheif, pointerOf, readUint32, withMemory } from './libheif.ts'

/** The opened primary picture of a file: pointers, which are good until the work on it ends. */
export interface PrimaryPicture {
  readonly context: number
  readonly handle: number
}

// A header of that many bytes is no photo, and all bytes of a file are copied into the module's memory.
const MAX_FILE_BYTES = 512 * 1024 ** 2
/** Where `max_image_size_pixels` is in `heif_security_limits`. */
const MAX_PIXELS_AT = 8

/** The error of a file that is too large to be opened. */
export class FileTooLarge extends Error {
  override readonly name: string = 'FileTooLarge'
}

/**
 * Reads the header of a file, does `work` on its primary picture, and frees everything. Throws a `LibheifError` if it
 * has none. With `maxPixels`, no part of the file is decoded that has more.
 */
export function withPrimaryPicture<Result>(
  bytes: Uint8Array,
  work: (picture: PrimaryPicture) => Result,
  maxPixels?: number,
): Result {
  if (bytes.byteLength > MAX_FILE_BYTES) {
    throw new FileTooLarge(`The file has ${bytes.byteLength} bytes; a HEIC may have ${MAX_FILE_BYTES}.`)
  }
  return withMemory(bytes.byteLength, (memory) => {
    libheif.HEAPU8.set(bytes, memory)
    const context = libheif._heif_context_alloc()
    try {
      if (maxPixels !== undefined) limitPixels(context, maxPixels)
      const { byteLength } = bytes
      check((error) => libheif._heif_context_read_from_memory_without_copy(error, context, memory, byteLength, 0))
      return withHandle(context, work)
    } finally {
      libheif._heif_context_free(context)
    }
  })
}

function withHandle<Result>(context: number, work: (picture: PrimaryPicture) => Result): Result {
  const handle = pointerOf((error, slot) => libheif._heif_context_get_primary_image_handle(error, context, slot))
  try {
    return work({ context, handle })
  } finally {
    libheif._heif_image_handle_release(handle)
  }
}

function limitPixels(context: number, maxPixels: number): void {
  const at = libheif._heif_context_get_security_limits(context) + MAX_PIXELS_AT
  const { buffer } = libheif.HEAPU8
  new DataView(buffer).setBigUint64(at, BigInt(Math.floor(maxPixels)), true)
}

/** The coding of the picture, "hvc1" or "av01": of its first tile, if it is put together. */
export function codingOf({ context, handle }: PrimaryPicture): string {
  const item = libheif._heif_image_handle_get_item_id(handle)
  const first = firstPartOf(context, item) ?? item
  return fourLetters(libheif._heif_item_get_item_type(context, first))
}

// The list of references of the kind "dimg": an item that is derived from images.
function firstPartOf(context: number, item: number): number | undefined {
  return withMemory(8, (slots) => {
    for (let index = 0; ; index += 1) {
      const count = libheif._heif_context_get_item_references(context, item, index, slots, slots + 4)
      if (count === 0) return undefined
      const items = readUint32(slots + 4)
      const first = readUint32(items)
      libheif._heif_release_item_references(context, slots + 4)
      if (fourLetters(readUint32(slots)) === 'dimg') return first
    }
  })
}

function fourLetters(code: number): string {
  return String.fromCharCode(...[24, 16, 8, 0].map((shift) => (code >>> shift) & 0xff))
}

const MONOCHROME = 2

/** Whether it has no colours. */
export function isGrey({ handle }: PrimaryPicture): boolean {
  return withMemory(8, (slots) => {
    check((error) => libheif._heif_image_handle_get_preferred_decoding_colorspace(error, handle, slots, slots + 4))
    return readUint32(slots) === MONOCHROME
  })
}

/** Its ICC profile, as it is stored; `null` without one. */
export function iccOf({ handle }: PrimaryPicture): Uint8Array | null {
  const byteSize = libheif._heif_image_handle_get_raw_color_profile_size(handle)
  if (byteSize === 0) return null
  return withMemory(byteSize, (at) => {
    check((error) => libheif._heif_image_handle_get_raw_color_profile(error, handle, at))
    return Uint8Array.from(libheif.HEAPU8.subarray(at, at + byteSize))
  })
}

const PROFILE_DOES_NOT_EXIST = 10

/** Its colour space by numbers; `null` if it names none. */
export function cicpOf({ handle }: PrimaryPicture): { readonly primaries: number; readonly transfer: number } | null {
  try {
    const profile = pointerOf((error, slot) => libheif._heif_image_handle_get_nclx_color_profile(error, handle, slot))
    // Behind the version: primaries, transfer, matrix.
    const numbers = { primaries: readUint32(profile + 4), transfer: readUint32(profile + 8) }
    libheif._heif_nclx_color_profile_free(profile)
    return numbers
  } catch (error) {
    if (error instanceof LibheifError && error.code === PROFILE_DOES_NOT_EXIST) return null
    throw error
  }
}
