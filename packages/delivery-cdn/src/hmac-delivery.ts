import { createHmac } from 'node:crypto'
import type { DeliverySigner } from '@rindle/core'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'
import {
  baseUrlOption,
  belowPrefix,
  checkKey,
  checkPrefix,
  encodedPath,
  expirySeconds,
  headerValue,
  type Purge,
  purgeOption,
  type SigningSecret,
  secretsOption,
} from './signing-options.ts'

/** Options of {@link hmacDelivery}. */
export interface HmacDeliveryOptions {
  /** Where the verifier answers, as an absolute http or https URL: `https://media.example`. */
  readonly baseUrl: string
  /** The first signs; the verifier knows all of them. For rotation, put the new one first. */
  readonly keys: readonly [SigningSecret, ...SigningSecret[]]
  /** Removes paths such as `/photo/…/original-x.jpg` from the CDN's cache. */
  readonly purge?: Purge
}

const SCHEME = 'rindle-cdn-1'

const schema = z.strictObject({ baseUrl: baseUrlOption, keys: secretsOption, purge: purgeOption })

/**
 * Signs URLs by HMAC-SHA256 for a verifier of your own in front of the objects, such as a Worker; the documentation has
 * one. Signed are, each on a line: the scheme, the id of the key, the expiry, the path, the disposition and the type. The
 * token of a prefix stands in the path, so that relative names in a playlist keep it. Throws `config_invalid` with every
 * problem; does no I/O.
 */
export function hmacDelivery(options: HmacDeliveryOptions): DeliverySigner {
  const { baseUrl, keys, purge } = checkOptions('hmacDelivery', schema, options)
  const [key] = keys
  const { origin, pathname } = new URL(baseUrl)
  const base = pathname === '/' ? '' : pathname
  return {
    name: 'hmac',
    sign(objectKey, { expiresAt, disposition, contentType }) {
      const path = `${base}/${encodedPath(checkKey(objectKey))}`
      const headers = {
        disposition: headerValue('disposition', disposition),
        contentType: headerValue('content type', contentType),
      }
      return new URL(`${origin}${path}?${tokenOf(key, path, expirySeconds(expiresAt), headers)}`)
    },
    signPrefix(prefix, { expiresAt }) {
      const path = `${base}/${encodedPath(checkPrefix(prefix))}`
      const token = tokenOf(key, path, expirySeconds(expiresAt), { disposition: '', contentType: '' })
      const inPath = Buffer.from(token).toString('base64url')
      return (objectKey) => new URL(`${origin}/~${inPath}${path}${encodedPath(belowPrefix(prefix, objectKey))}`)
    },
    ...(purge === undefined
      ? {}
      : {
          purge: (gone, callOptions = {}) =>
            purge(
              gone.map((each) => `${base}/${encodedPath(checkKey(each))}`),
              callOptions,
            ),
        }),
  }
}

function tokenOf(
  { id, secret }: SigningSecret,
  path: string,
  seconds: number,
  { disposition, contentType }: { readonly disposition: string; readonly contentType: string },
): string {
  const signed = [SCHEME, id, String(seconds), path, disposition, contentType].join('\n')
  const token = new URLSearchParams({
    e: String(seconds),
    k: id,
    ...(disposition === '' ? {} : { d: disposition }),
    ...(contentType === '' ? {} : { t: contentType }),
    s: createHmac('sha256', secret).update(signed).digest('base64url'),
  })
  return token.toString()
}
