import { resolve } from 'node:path'
import type { DeliverySigner } from '@rindle/core'
import { checkOptions, isDeliverySigner } from '@rindle/core/adapter'
import { z } from 'zod'

const MIN_SIGNING_KEY_LENGTH = 32

/** Options of `localStorage`. Set `signingKey` or `signingKeys`, not both. */
export interface LocalStorageOptions {
  /** The root: every object is a file below it. Relative to the working directory of the process. */
  readonly directory: string
  /**
   * Where the application serves `GET|HEAD|PUT {baseUrl}/files/{token}`: an absolute http(s) URL, or a path, `/rindle`,
   * for pages of the same origin.
   */
  readonly baseUrl: string
  /** The address at which anyone can fetch objects; without it there is no `public_url`. */
  readonly publicBaseUrl?: string
  /**
   * Signs URLs of a web server or a CDN that reads the directory, for instance `secureLinkDelivery` of
   * `@rindle/delivery-cdn` for nginx. Uploads still go to `baseUrl`.
   * @default URLs below `baseUrl`, which the application answers
   */
  readonly delivery?: DeliverySigner
  /** The secret that signs URLs: at least 32 characters. */
  readonly signingKey?: string
  /** For rotation: the first signs, all verify; each of at least 32 characters. */
  readonly signingKeys?: readonly string[]
  /**
   * Permissions of files, independent of the umask; the owner must be able to read and write.
   * @default 0o600
   */
  readonly fileMode?: number
  /**
   * Permissions of directories below the root, and of the root when `start` creates it, independent of the umask; the
   * owner must have all permissions.
   * @default 0o700
   */
  readonly directoryMode?: number
  /**
   * Whether `put` and `copy` wait until the file and its directory entry are on the disk, so that an object survives
   * a loss of power right after.
   * @default false
   */
  readonly fsync?: boolean
}

/** {@link LocalStorageOptions}, checked and complete. */
export interface LocalStorageConfig {
  /** Absolute. */
  readonly directory: string
  /** Has no slash at its end. */
  readonly baseUrl: string
  /** Has no slash at its end. */
  readonly publicBaseUrl: string | undefined
  readonly delivery: DeliverySigner | undefined
  readonly signingKeys: readonly [string, ...string[]]
  readonly fileMode: number
  readonly directoryMode: number
  readonly fsync: boolean
}

const absoluteUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
  .transform(withoutSlash)
const path = z
  .string()
  .regex(/^\/(?!\/)[^?#\s]*$/)
  .transform(withoutSlash)
const baseUrl = z.union([path, absoluteUrl], {
  error: 'must be an absolute http or https URL, or a path such as /rindle, without query and fragment',
})

const signingKey = z
  .string()
  .min(MIN_SIGNING_KEY_LENGTH, `must be a secret of at least ${MIN_SIGNING_KEY_LENGTH} characters`)

const mode = (ownerRights: number): z.ZodType<number> =>
  z
    .int()
    .min(0)
    .max(0o777)
    .refine((value) => (value & ownerRights) === ownerRights, `must include 0o${ownerRights.toString(8)}`)

const schema = z
  .strictObject({
    directory: z.string().min(1),
    baseUrl,
    publicBaseUrl: absoluteUrl.optional(),
    delivery: z.custom<DeliverySigner>(isDeliverySigner, 'must be a signer, such as secureLinkDelivery(…)').optional(),
    signingKey: signingKey.optional(),
    signingKeys: z.tuple([signingKey], signingKey).optional(),
    fileMode: mode(0o600).default(0o600),
    directoryMode: mode(0o700).default(0o700),
    fsync: z.boolean().default(false),
  })
  .refine((options) => (options.signingKey === undefined) !== (options.signingKeys === undefined), {
    path: ['signingKeys'],
    error: 'set either signingKey or signingKeys',
    // Without this the rule would stay silent if another option is wrong, too.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: LocalStorageOptions): LocalStorageConfig {
  const {
    directory,
    publicBaseUrl,
    delivery,
    signingKey: single,
    signingKeys,
    ...rest
  } = checkOptions('localStorage', schema, options)
  // The schema ensures that exactly one of the two is set.
  return {
    ...rest,
    directory: resolve(directory),
    publicBaseUrl,
    delivery,
    signingKeys: signingKeys ?? [single as string],
  }
}
