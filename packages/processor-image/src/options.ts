import { availableParallelism } from 'node:os'
import { canonicalContentType, checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'
import type { ImageDecoder } from './image-decoder.ts'

const MEBIBYTE = 1024 * 1024
const MIN_DEFAULT_DECODED_BYTES = 512 * MEBIBYTE
const DEFAULT_DECODED_BYTES_PER_IMAGE = 128 * MEBIBYTE

// No decoder process is much smaller.
const MIN_MEMORY_BYTES = 128 * MEBIBYTE
const DEFAULT_MEMORY_BYTES = 2048 * MEBIBYTE
// libuv's maximum number of threads.
const MAX_CONCURRENCY = 1024

/** Options of `imageProcessor`. */
export interface ImageProcessorOptions {
  /**
   * Images processed at once, each on one core and in a process of its own.
   * @default the number of cores
   */
  readonly concurrency?: number
  /**
   * Decoded size of all images processed at once, by their headers: 4 bytes a pixel, all frames; 20 for AVIF, whose
   * decoder holds several copies; 16 more if the whole picture is corrected before sharp gets it (BMP, ICO, animated
   * PNG, colours that are named by numbers, spot colours). An image that alone is larger waits until it is alone.
   * @default 512 MiB, or 128 MiB × `concurrency` if that is more
   */
  readonly maxDecodedBytes?: number
  /**
   * Resident memory of each decoder process, which is ended above it. Not an estimate, like `maxDecodedBytes`, but a
   * hard limit for a file that needs more than its header says: room for 100 megapixels of every type but AVIF. At
   * least 128 MiB.
   * @default 2 GiB
   */
  readonly maxMemoryBytes?: number
  /**
   * The time limit of each decode and each variant, 1 to 3,600. If sharp cannot stop then (the AVIF encoder, librsvg),
   * its process is killed 3 seconds later.
   * @default 120
   */
  readonly timeoutSeconds?: number
  /**
   * How to treat a picture whose file ends early. With `accept`, a JPEG or PNG that lacks no more than a tenth of its
   * pixels is made as browsers show it (the rest is grey or white). With `reject` it is `corrupt_media`, as a file that
   * lacks more always is.
   * @default 'accept'
   */
  readonly truncated?: 'accept' | 'reject'
  /**
   * Decoders for types that sharp cannot read, such as `heic()` of @rindle/decoder-heic. Each runs in a thread of the
   * decoder processes. For a type that several of them decode, or that sharp reads as well, the first one is used.
   * @default none
   */
  readonly decoders?: readonly ImageDecoder[]
}

/** {@link ImageProcessorOptions}, checked and complete. */
export interface ImageProcessorConfig {
  readonly concurrency: number
  readonly maxDecodedBytes: number
  readonly maxMemoryBytes: number
  readonly timeoutSeconds: number
  readonly truncated: 'accept' | 'reject'
  readonly decoders: readonly ImageDecoder[]
}

const decoder = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be small letters, digits and dashes'),
  contentTypes: z.array(z.string().refine(isCanonical, 'must be the canonical name of a content type')).min(1),
  module: z.instanceof(URL, { error: 'must be a URL' }),
})

const schema = z.strictObject({
  concurrency: z.int().min(1).max(MAX_CONCURRENCY).optional(),
  maxDecodedBytes: z.int().min(1).optional(),
  maxMemoryBytes: z.int().min(MIN_MEMORY_BYTES).default(DEFAULT_MEMORY_BYTES),
  // sharp's own limits.
  timeoutSeconds: z.int().min(1).max(3600).default(120),
  truncated: z.enum(['accept', 'reject']).default('accept'),
  decoders: z
    .array(decoder)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must have different names')
    .default([]),
})

function isCanonical(contentType: string): boolean {
  return canonicalContentType(contentType) === contentType
}

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: ImageProcessorOptions): ImageProcessorConfig {
  const given = checkOptions('imageProcessor', schema, options)
  const { maxMemoryBytes, timeoutSeconds, truncated, decoders } = given
  const concurrency = given.concurrency ?? availableParallelism()
  const maxDecodedBytes =
    given.maxDecodedBytes ?? Math.max(MIN_DEFAULT_DECODED_BYTES, concurrency * DEFAULT_DECODED_BYTES_PER_IMAGE)
  return { concurrency, maxDecodedBytes, maxMemoryBytes, timeoutSeconds, truncated, decoders }
}
