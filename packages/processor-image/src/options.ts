import { availableParallelism } from 'node:os'
import { problemsOf, RindleError } from '@rindle/core'
import { z } from 'zod'

const MEBIBYTE = 1024 * 1024
const MIN_DEFAULT_DECODED_BYTES = 512 * MEBIBYTE
const DEFAULT_DECODED_BYTES_PER_IMAGE = 128 * MEBIBYTE

// What libuv starts when the variable is not set, and what it cuts a larger wish to.
const LIBUV_DEFAULT_THREADS = 4
const LIBUV_MAX_THREADS = 1024

/** Options of `imageProcessor`. */
export interface ImageProcessorOptions {
  /**
   * Images that this process works on at once, each on one core. sharp works on libuv's threads, so more than
   * `UV_THREADPOOL_SIZE` (4 unless set) would only wait and hold memory.
   * @default the number of cores, at most `UV_THREADPOOL_SIZE`
   */
  readonly concurrency?: number
  /**
   * Decoded size of all images worked on at once, by their headers: 4 bytes a pixel, all frames, and 20 for AVIF, whose
   * decoder holds several copies. An image that is larger by itself waits until it is alone.
   * @default 512 MiB, or 128 MiB × `concurrency` where that is more
   */
  readonly maxDecodedBytes?: number
  /**
   * For each decode and each variant; 1 to 3,600. Stops decoding, scaling and the encoders of JPEG, PNG and WebP; the
   * AVIF encoder cannot be stopped once it has its pixels, so its time is bounded by the recipe's size and effort.
   * @default 120
   */
  readonly timeoutSeconds?: number
}

/** {@link ImageProcessorOptions}, checked and complete. */
export interface ImageProcessorConfig {
  readonly concurrency: number
  readonly maxDecodedBytes: number
  readonly timeoutSeconds: number
}

const schema = z.strictObject({
  concurrency: z.int().min(1).max(LIBUV_MAX_THREADS).optional(),
  maxDecodedBytes: z.int().min(1).optional(),
  // sharp's own bounds.
  timeoutSeconds: z.int().min(1).max(3600).default(120),
})

/** Checks the options at once, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: ImageProcessorOptions): ImageProcessorConfig {
  const parsed = schema.safeParse(options)
  if (!parsed.success) throw invalidOptions(parsed.error)
  const { timeoutSeconds } = parsed.data
  const concurrency = parsed.data.concurrency ?? Math.min(availableParallelism(), threadPoolSize())
  const maxDecodedBytes =
    parsed.data.maxDecodedBytes ?? Math.max(MIN_DEFAULT_DECODED_BYTES, concurrency * DEFAULT_DECODED_BYTES_PER_IMAGE)
  return { concurrency, maxDecodedBytes, timeoutSeconds }
}

function threadPoolSize(): number {
  const wished = Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '', 10)
  return Number.isNaN(wished) ? LIBUV_DEFAULT_THREADS : Math.min(Math.max(wished, 1), LIBUV_MAX_THREADS)
}

function invalidOptions(error: z.ZodError): RindleError {
  const problems = problemsOf(error)
  const listed = problems.map(({ path, message }) => `  ${path}: ${message}`)
  return new RindleError('config_invalid', `The options of imageProcessor are not valid:\n${listed.join('\n')}`, {
    details: { problems },
  })
}
