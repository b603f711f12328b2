import { createHmac, randomBytes } from 'node:crypto'
import { equalsInConstantTime } from '@rindle/core/adapter'
import { Refused } from './refused.ts'

/** The field of a form that holds the token. */
export const TOKEN_FIELD = 'token'

const COOKIE = 'rindle_console'
const SECRET = /^[\w-]{43}$/

/** The secret of one browser, in a cookie; and whether it is new and must be set. */
export interface BrowserSecret {
  readonly secret: string
  readonly isNew: boolean
}

/** Reads the secret of a browser, or makes one. */
export function browserSecret(request: Request): BrowserSecret {
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((part) => part.trim().split('='))
  const secret = cookies.find(([name]) => name === COOKIE)?.[1] ?? ''
  if (SECRET.test(secret)) return { secret, isNew: false }
  return { secret: randomBytes(32).toString('base64url'), isNew: true }
}

/** The header that gives a browser its secret: no script reads it, and no other site makes the browser send it. */
export function secretCookie(secret: string, basePath: string, isHttps: boolean): string {
  return `${COOKIE}=${secret}; Path=${basePath === '' ? '/' : basePath}; HttpOnly; SameSite=Strict${isHttps ? '; Secure' : ''}`
}

/**
 * The token of an operator's forms: signed with the secret of the browser, so that every process knows it without a
 * shared key, and bound to the operator, so that it ends with the sign-in. Pure.
 */
export function tokenOf(secret: string, actorId: string): string {
  return createHmac('sha256', secret).update(`form:${actorId}`).digest('base64url')
}

/** Refuses with 403 what another site may have sent. Checked before the body is read. */
export function assertSameOrigin(request: Request): void {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  // Behind a proxy the scheme may differ; the host does not. A page without referrer sends "null" as its origin.
  const isOurs =
    origin === null || origin === 'null' ? site === 'same-origin' : URL.parse(origin)?.host === hostOf(request)
  if (isOurs && (site === null || site === 'same-origin')) return
  throw new Refused(403, 'This change was not sent from a page of the console. Nothing was changed.')
}

/** Refuses with 403 a form without the token of this operator. */
export function assertToken(given: unknown, token: string): void {
  if (typeof given === 'string' && equalsInConstantTime(given, token)) return
  throw new Refused(403, 'This page belongs to another sign-in, or is too old. Reload it. Nothing was changed.')
}

function hostOf(request: Request): string {
  return request.headers.get('host') ?? new URL(request.url).host
}
