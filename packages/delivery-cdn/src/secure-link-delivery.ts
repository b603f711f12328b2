import { createHash } from 'node:crypto'
import { type DeliverySigner, RindleError } from '@rindle/core'
import { checkOptions } from '@rindle/core/adapter'
import { parse } from 'content-disposition'
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
  type SigningSecret,
  secretsOption,
} from './signing-options.ts'

/** Options of {@link secureLinkDelivery}. */
export interface SecureLinkDeliveryOptions {
  /** Where nginx answers, as an absolute http or https URL: `https://media.example`. */
  readonly baseUrl: string
  /** The first signs; nginx knows all of them. For rotation, put the new one first. */
  readonly keys: readonly [SigningSecret, ...SigningSecret[]]
  /** Removes paths such as `/f/photo/…/original-x.jpg` from nginx's cache, if it has one. */
  readonly purge?: Purge
}

const schema = z.strictObject({ baseUrl: baseUrlOption, keys: secretsOption, purge: purgeOption })

/**
 * Signs URLs for the module `secure_link` of nginx, whose configuration is in the documentation: `{baseUrl}/f/{key}` for
 * one object, `{baseUrl}/p/{token}/{key}` for a prefix. nginx knows MD5 alone, with the secret at its end; where code can
 * run, prefer `hmacDelivery`. Throws `config_invalid` with every problem; does no I/O.
 */
export function secureLinkDelivery(options: SecureLinkDeliveryOptions): DeliverySigner {
  const { baseUrl, keys, purge } = checkOptions('secureLinkDelivery', schema, options)
  const [{ id, secret }] = keys
  const { origin, pathname } = new URL(baseUrl)
  const base = pathname === '/' ? '' : pathname
  return {
    name: 'secure_link',
    sign(key, { expiresAt, disposition, contentType }) {
      const path = `${base}/f/${checkKey(key)}`
      const seconds = expirySeconds(expiresAt)
      const { type, filename } = dispositionOf(headerValue('disposition', disposition))
      const mime = mimeOf(headerValue('content type', contentType))
      const signature = md5(`${seconds}|${path}|${type}|${filename}|${mime}|${id}|${secret}`)
      return new URL(
        `${origin}${encodedPath(path)}?e=${seconds}&d=${type}&n=${filename}&t=${mime}&k=${id}&s=${signature}`,
      )
    },
    signPrefix(prefix, { expiresAt }) {
      const folder = checkPrefix(prefix)
      const depth = folder.split('/').length - 1
      if (depth !== FOLDERS) {
        throw new RindleError(
          'invalid_input',
          `nginx checks prefixes of ${FOLDERS} folders, and "${prefix}" has ${depth}.`,
        )
      }
      const seconds = expirySeconds(expiresAt)
      const signature = md5(`${seconds}|p|${folder}|${id}|${secret}`)
      const start = `${origin}${base}/p/${signature}/${seconds}/${id}/${encodedPath(folder)}`
      return (key) => new URL(`${start}${encodedPath(belowPrefix(folder, key))}`)
    },
    ...(purge === undefined
      ? {}
      : {
          purge: (gone, callOptions = {}) =>
            purge(
              gone.map((each) => `${base}/f/${encodedPath(checkKey(each))}`),
              callOptions,
            ),
        }),
  }
}

// The configuration cuts the prefix out of a path by their number: profile and asset.
const FOLDERS = 2

/** nginx does not decode a query, so the name stands in it as the header will hold it. */
function dispositionOf(header: string): { readonly type: string; readonly filename: string } {
  if (header === '') return { type: '', filename: '' }
  const { type, parameters } = parse(header)
  if (type !== 'inline' && type !== 'attachment') {
    throw new RindleError('invalid_input', `The disposition "${type}" must be inline or attachment.`)
  }
  return { type, filename: encodedText(parameters['filename'] ?? '') }
}

/** The type without its parameters. */
function mimeOf(contentType: string): string {
  const [mime = ''] = contentType.toLowerCase().split(';')
  if (/^(?:[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*)?$/.test(mime.trim())) return mime.trim()
  throw new RindleError('invalid_input', `The content type "${mime.trim()}" is malformed.`)
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('base64url')
}
