import { availableParallelism } from 'node:os'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'

const MEBIBYTE = 1024 * 1024
const MIN_DEFAULT_DECODED_BYTES = 512 * MEBIBYTE
const DEFAULT_DECODED_BYTES_PER_IMAGE = 128 * MEBIBYTE

// No decoder process is smaller by much.
const MIN_MEMORY_BYTES = 128 * MEBIBYTE
const DEFAULT_MEMORY_BYTES = 2048 * MEBIBYTE
// What libuv cuts a larger wish for threads to.
const MAX_CONCURRENCY = 1024

/** Options of `imageProcessor`. */
export interface ImageProcessorOptions {
  /**
   * Images worked on at once, each on one core and in a process of its own.
   * @default the number of cores
   */
  readonly concurrency?: number
  /**
   * Decoded size of all images worked on at once, by their headers: 4 bytes a pixel, all frames; 20 for AVIF, whose
   * decoder holds several copies; 16 more where the whole picture is put right before sharp has it (BMP, ICO, animated
   * PNG, colours that are named by numbers, spot colours). An image that is larger by itself waits until it is alone.
   * @default 512 MiB, or 128 MiB × `concurrency` where that is more
   */
  readonly maxDecodedBytes?: number
  /**
   * Resident memory of each decoder process, which is ended above it. Not a plan, as `maxDecodedBytes` is, but what
   * holds when a file needs more than its header says: room for 100 megapixels of every type but AVIF. At least
   * 128 MiB.
   * @default 2 GiB
   */
  readonly maxMemoryBytes?: number
  /**
   * For each decode and each variant; 1 to 3,600. What sharp does not end by itself then (the AVIF encoder, librsvg)
   * ends 3 seconds later, with its process.
   * @default 120
   */
  readonly timeoutSeconds?: number
  /**
   * What becomes of a picture whose file ends early, as browsers show it: a JPEG or PNG that lacks no more than a tenth of
   * its pixels is made as it is (the rest is grey or white), with `accept`. With `reject` it is `corrupt_media`, as more
   * that is missing always is.
   * @default 'accept'
   */
  readonly truncated?: 'accept' | 'reject'
}

/** {@link ImageProcessorOptions}, checked and complete. */
export interface ImageProcessorConfig {
  readonly concurrency: number
  readonly maxDecodedBytes: number
  readonly maxMemoryBytes: number
  readonly timeoutSeconds: number
  readonly truncated: 'accept' | 'reject'
}

const schema = z.strictObject({
  concurrency: z.int().min(1).max(MAX_CONCURRENCY).optional(),
  maxDecodedBytes: z.int().min(1).optional(),
  maxMemoryBytes: z.int().min(MIN_MEMORY_BYTES).default(DEFAULT_MEMORY_BYTES),
  // sharp's own bounds.
  timeoutSeconds: z.int().min(1).max(3600).default(120),
  truncated: z.enum(['accept', 'reject']).default('accept'),
})

/** Checks the options at once, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: ImageProcessorOptions): ImageProcessorConfig {
  const given = checkOptions('imageProcessor', schema, options)
  const { maxMemoryBytes, timeoutSeconds, truncated } = given
  const concurrency = given.concurrency ?? availableParallelism()
  const maxDecodedBytes =
    given.maxDecodedBytes ?? Math.max(MIN_DEFAULT_DECODED_BYTES, concurrency * DEFAULT_DECODED_BYTES_PER_IMAGE)
  return { concurrency, maxDecodedBytes, maxMemoryBytes, timeoutSeconds, truncated }
}
