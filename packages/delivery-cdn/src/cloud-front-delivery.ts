import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { DeliverySigner, SignDeliveryOptions } from '@rindle/core'
import { checkOptions } from '@rindle/core/adapter'
import { z } from 'zod'
import {
  baseUrlOption,
  belowPrefix,
  checkKey,
  checkPrefix,
  encodedPath,
  encodedText,
  expirySeconds,
  headerValue,
  type Purge,
  purgeOption,
} from './signing-options.ts'

/** Options of {@link cloudFrontDelivery}. */
export interface CloudFrontDeliveryOptions {
  /** The domain of the distribution or its alternate name: `media.example`. A URL adds a port or a path. */
  readonly domain: string
  /** The id of the public key in CloudFront: `K2JCJMDEHXQW5F`. */
  readonly keyPairId: string
  /** The private key, as PEM: RSA of 2048 bits. It may have `\n` as two characters, as environment variables often do. */
  readonly privateKey: string
  /**
   * The hash below the signature. CloudFront takes `SHA256` since 2026.
   * @default 'SHA1'
   */
  readonly hash?: 'SHA1' | 'SHA256'
  /**
   * How the answer gets its disposition and type. `s3`: from an S3 origin, by the parameters `response-content-*`, which
   * the distribution must forward. `none`: nothing, and the stored headers stay; for origins that ignore those.
   * @default 's3'
   */
  readonly responseHeaders?: 's3' | 'none'
  /** Invalidates paths of the distribution, such as `/photo/…/original-x.jpg*`, by a client of your choice. */
  readonly purge?: Purge
}

/** What signs: the key is parsed once, since that takes longer than a signature. */
interface Signing {
  readonly keyPairId: string
  readonly key: KeyObject
  readonly hash: 'SHA1' | 'SHA256'
}

const pem = z
  .string()
  .transform((text) => text.replaceAll('\\n', '\n').trim())
  .transform((text, context): KeyObject => {
    const key = parseKey(text)
    if (key?.asymmetricKeyType === 'rsa') return key
    context.addIssue({ code: 'custom', message: keyProblem(text, key) })
    return z.NEVER
  })

const schema = z.strictObject({
  domain: z
    .string()
    .transform((text) => (/^https?:\/\//.test(text) ? text : `https://${text}`))
    .pipe(baseUrlOption),
  keyPairId: z
    .string()
    .regex(/^[A-Z0-9]{1,64}$/, 'must be the id of a public key in CloudFront, such as K2JCJMDEHXQW5F'),
  privateKey: pem,
  hash: z.enum(['SHA1', 'SHA256']).default('SHA1'),
  responseHeaders: z.enum(['s3', 'none']).default('s3'),
  purge: purgeOption,
})

/**
 * Signs URLs of Amazon CloudFront: with a canned policy for one object, with a policy of its own for a prefix. To rotate
 * keys, put the new public key beside the old one into the key group, sign with the new, and take the old one out once
 * the longest lifetime of a URL is over. Throws `config_invalid` with every problem; does no I/O.
 */
export function cloudFrontDelivery(options: CloudFrontDeliveryOptions): DeliverySigner {
  const { domain, privateKey, responseHeaders, purge, ...rest } = checkOptions('cloudFrontDelivery', schema, options)
  const signing: Signing = { ...rest, key: privateKey }
  return {
    name: 'cloudfront',
    sign(key, signOptions) {
      const query = responseHeaders === 's3' ? responseQuery(signOptions) : ''
      return cannedUrl(`${domain}/${encodedPath(checkKey(key))}${query}`, expirySeconds(signOptions.expiresAt), signing)
    },
    signPrefix(prefix, { expiresAt }) {
      const base = `${domain}/${encodedPath(checkPrefix(prefix))}`
      const query = policyQuery(`${base}*`, expirySeconds(expiresAt), signing)
      return (key) => new URL(`${base}${encodedPath(belowPrefix(prefix, key))}?${query}`)
    },
    ...(purge === undefined
      ? {}
      : {
          purge: (keys, callOptions = {}) =>
            purge(
              keys.map((key) => `/${encodedPath(checkKey(key))}*`),
              callOptions,
            ),
        }),
  }
}

/** One object: CloudFront makes the policy from the request, so that the URL need not hold it. */
function cannedUrl(resource: string, seconds: number, signing: Signing): URL {
  const query = [
    `Expires=${seconds}`,
    ...hashParameter(signing),
    `Key-Pair-Id=${signing.keyPairId}`,
    `Signature=${signatureOf(policyOf(resource, seconds), signing)}`,
  ].join('&')
  return new URL(`${resource}${resource.includes('?') ? '&' : '?'}${query}`)
}

/** Many objects: the query of each of them. */
function policyQuery(resource: string, seconds: number, signing: Signing): string {
  const policy = policyOf(resource, seconds)
  return [
    `Policy=${urlSafe(Buffer.from(policy))}`,
    ...hashParameter(signing),
    `Key-Pair-Id=${signing.keyPairId}`,
    `Signature=${signatureOf(policy, signing)}`,
  ].join('&')
}

/** Byte for byte as CloudFront rebuilds it: no white space. */
function policyOf(resource: string, seconds: number): string {
  return `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${seconds}}}}]}`
}

function signatureOf(policy: string, { key, hash }: Signing): string {
  return urlSafe(sign(hash, Buffer.from(policy), key))
}

function hashParameter({ hash }: Signing): readonly string[] {
  return hash === 'SHA1' ? [] : ['Hash-Algorithm=SHA256']
}

/** CloudFront's own alphabet of base64 in URLs. */
function urlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~')
}

function responseQuery({ disposition, contentType }: SignDeliveryOptions): string {
  const parameters = [
    ['response-content-disposition', headerValue('disposition', disposition)],
    ['response-content-type', headerValue('content type', contentType)],
  ].flatMap(([name, value]) => (value === '' ? [] : [`${name}=${encodedText(value ?? '')}`]))
  return parameters.length === 0 ? '' : `?${parameters.join('&')}`
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text)
  } catch {
    // The reason may quote the key; `keyProblem` says it in words.
    return undefined
  }
}

function keyProblem(text: string, key: KeyObject | undefined): string {
  if (key !== undefined) return `must be an RSA key, not one of type ${key.asymmetricKeyType}`
  if (text.includes('ENCRYPTED')) return 'is protected by a passphrase: decrypt it with `openssl rsa` first'
  if (text.includes('PUBLIC KEY'))
    return 'is a public key; CloudFront has the public key, and this option needs the private one'
  if (!text.includes('-----BEGIN'))
    return 'must be PEM text that begins with -----BEGIN; if you have a path, read the file first'
  return 'is damaged: give the whole PEM text with its line breaks, as openssl wrote it'
}
