import type { DeliverySigner } from '@rindle/core'
import { checkOptions, isDeliverySigner } from '@rindle/core/adapter'
import { z } from 'zod'

const MEBIBYTE = 1024 * 1024

/** Options of `azureStorage`. */
export interface AzureStorageOptions {
  /** The name of the storage account. */
  readonly account: string
  /** One of the two keys of the account, in base64. It signs requests and URLs; regenerating it ends the URLs. */
  readonly accountKey: string
  /** A container that exists. */
  readonly container: string
  /**
   * Where the account is, as an absolute http or https URL.
   * @default `https://{account}.blob.core.windows.net`
   */
  readonly endpoint?: string
  /** The start of all keys of this storage in the container, followed by a slash: letters, digits, `.`, `_`, `-`, `/`. */
  readonly prefix?: string
  /**
   * The account's URL as clients reach it; used only in signed URLs.
   * @default `endpoint`
   */
  readonly publicEndpoint?: string
  /**
   * The address at which anyone can fetch the blobs: a container with public access, or a CDN. Without it there is no
   * `public_url`.
   */
  readonly publicBaseUrl?: string
  /**
   * Signs URLs of a CDN in front of the container, for instance `hmacDelivery` of `@rindle/delivery-cdn`.
   * @default URLs of the account with a shared access signature
   */
  readonly delivery?: DeliverySigner
  /**
   * How long one call to the service may take, all attempts together; and how long a body may carry no bytes.
   * @default 60000
   */
  readonly timeoutMs?: number
  /**
   * How often a request is sent in all before its failure is reported.
   * @default 3
   */
  readonly maxAttempts?: number
  /**
   * Bodies longer than this are sent in blocks of this size, of which `put` holds three in memory and a resumable
   * upload two; 1 MiB to 100 MiB. A body of undeclared length can have 50,000 of them.
   * @default 4194304
   */
  readonly blockBytes?: number
}

/** {@link AzureStorageOptions}, checked and complete. */
export interface AzureStorageConfig {
  readonly account: string
  readonly accountKey: string
  readonly container: string
  /** Has no slash at its end. */
  readonly endpoint: string
  /** Empty, or with a slash at its end. */
  readonly prefix: string
  /** Has no slash at its end. */
  readonly publicEndpoint: string
  /** Has no slash at its end. */
  readonly publicBaseUrl: string | undefined
  readonly delivery: DeliverySigner | undefined
  readonly timeoutMs: number
  readonly maxAttempts: number
  readonly blockBytes: number
}

const url = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .refine((text) => !/[?#@]/.test(text), 'must have no user, no query and no fragment')
  .transform((text) => text.replace(/\/+$/, ''))

const integer = (least: number, most: number): z.ZodType<number> =>
  z.number().min(least).max(most).refine(Number.isInteger, 'must be an integer')

const schema = z.strictObject({
  account: z.string().regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account'),
  accountKey: z
    .string()
    .regex(/^[A-Za-z0-9+/]{16,}={0,2}$/, 'must be a key of the account, in base64 as the portal shows it'),
  container: z
    .string()
    .max(63)
    .regex(/^[a-z0-9](?:-?[a-z0-9]){2,}$/, 'must be the name of a container'),
  endpoint: url.optional(),
  // With the longest key, 900 bytes, it stays within the 1,024 characters of Azure.
  prefix: z
    .string()
    .max(120)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/, 'must be names with slashes between')
    .transform((text) => (text.endsWith('/') ? text : `${text}/`))
    .default(''),
  publicEndpoint: url.optional(),
  publicBaseUrl: url.optional(),
  delivery: z.custom<DeliverySigner>(isDeliverySigner, 'must be a signer, such as hmacDelivery(…)').optional(),
  timeoutMs: integer(1, 3_600_000).default(60_000),
  maxAttempts: integer(1, 20).default(3),
  blockBytes: integer(MEBIBYTE, 100 * MEBIBYTE).default(4 * MEBIBYTE),
})

/** Checks the options, without I/O. Throws `config_invalid` with every problem and its path. */
export function parseOptions(options: AzureStorageOptions): AzureStorageConfig {
  const { endpoint, publicEndpoint, publicBaseUrl, delivery, ...rest } = checkOptions('azureStorage', schema, options)
  const reached = endpoint ?? `https://${rest.account}.blob.core.windows.net`
  return { ...rest, endpoint: reached, publicEndpoint: publicEndpoint ?? reached, publicBaseUrl, delivery }
}
