import { type Logger, stderrLogger } from '@rindle/core'
import { type BodyLimits, checkOptions, DEFAULT_BODY_LIMITS, safeLogger } from '@rindle/core/adapter'
import { z } from 'zod'

/** Options of `tusServer`. If a body is too slow, the bytes that arrived before are kept. */
export interface TusServerOptions extends BodyLimits {
  /** The path at which it is mounted, as its requests show it: `/rindle/tus`. */
  readonly path: string
  /** How long an upload may take from its beginning to its last byte, at most 604800. @default 86400 */
  readonly expiresInSeconds?: number
  /** Origins whose pages may upload here, besides the application's own. @default none */
  readonly allowedOrigins?: readonly string[]
  /**
   * Receives the cause of every 5xx answer, and of a wrong setting once; a pino instance fits.
   * @default one JSON line each on stderr
   */
  readonly logger?: Logger
}

/** {@link TusServerOptions}, checked and complete. */
export interface TusServerConfig {
  /** Has no slash at its end. */
  readonly path: string
  readonly expiresInSeconds: number
  readonly allowedOrigins: readonly string[]
  readonly bodyLimits: Required<BodyLimits>
  readonly logger: Logger
}

const optionsSchema = z.strictObject({
  path: z
    .string()
    .regex(/^(\/[^/?#\s]+)+\/?$/, 'must be a path such as /rindle/tus')
    .transform((path) => path.replace(/\/$/, '')),
  idleTimeoutMs: z.int().min(1).max(86_400_000).default(DEFAULT_BODY_LIMITS.idleTimeoutMs),
  minBytesPerSecond: z.int().min(0).default(DEFAULT_BODY_LIMITS.minBytesPerSecond),
  bodyTimeoutMs: z.int().min(1).max(604_800_000).default(DEFAULT_BODY_LIMITS.bodyTimeoutMs),
  expiresInSeconds: z.int().min(1).max(604_800).default(86_400),
  allowedOrigins: z
    .array(z.url({ protocol: /^https?$/, error: 'must be an origin such as https://app.example' }))
    .default([]),
  logger: z
    .custom<Logger>((value) => typeof value === 'object' && value !== null && 'error' in value)
    .default(stderrLogger)
    .transform(safeLogger),
})

/** Checks the options. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: TusServerOptions): TusServerConfig {
  const checked = checkOptions('tusServer', optionsSchema, options)
  const { idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs, ...config } = checked
  return { ...config, bodyLimits: { idleTimeoutMs, minBytesPerSecond, bodyTimeoutMs } }
}
