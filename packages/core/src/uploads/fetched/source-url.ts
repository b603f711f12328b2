import { isIP } from 'node:net'
import type { FetchNetwork } from '../../kernel/outbound/fetch-network.ts'
import { isPublicAddress } from '../../kernel/outbound/public-address.ts'
import { FetchRefused } from './fetch-errors.ts'

// As much as servers commonly accept in a request line.
const MAX_URL_LENGTH = 8_192

/** The limits on a URL besides those of its address. */
export interface UrlRules {
  /** The hosts that may be asked, also by redirects: exact names, or `*.example.com` for all below one; `null`: any. */
  readonly hosts: readonly string[] | null
  readonly network: Pick<FetchNetwork, 'allowHttp' | 'allowPrivate'>
}

/**
 * Reads a URL, or the target of a redirect, and refuses one that must not be asked: another scheme, credentials, a host
 * that is not allowed, a literal private address. Throws {@link FetchRefused}. Pure.
 */
export function allowedUrl(text: string | URL, { hosts, network }: UrlRules, base?: URL): URL {
  const url = URL.parse(String(text), base?.href)
  if (url === null) throw new FetchRefused('fetch_refused', 'The URL is not valid.')
  if (url.href.length > MAX_URL_LENGTH) {
    throw new FetchRefused('fetch_refused', `The URL is longer than ${MAX_URL_LENGTH} characters.`)
  }
  const schemes = network.allowHttp === true ? ['https:', 'http:'] : ['https:']
  if (!schemes.includes(url.protocol)) {
    const isHttp = url.protocol === 'http:'
    const advice = isHttp ? ' Allow it with `fetch: { allowHttp: true }`.' : ''
    const reason = base === undefined ? 'fetch_refused' : 'redirect_refused'
    throw new FetchRefused(reason, `Files are fetched only by https, not by ${url.protocol.slice(0, -1)}.${advice}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new FetchRefused('fetch_refused', 'The URL contains a user or a password. Pass credentials as a header.')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (hosts !== null && !hosts.some((allowed) => isHostOf(allowed, host))) {
    throw new FetchRefused(
      base === undefined ? 'fetch_refused' : 'redirect_refused',
      `The host ${host} is not allowed.`,
    )
  }
  if (network.allowPrivate !== true && isIP(host) !== 0 && !isPublicAddress(host)) {
    throw new FetchRefused('address_refused', `${host} is not a public address.`)
  }
  return url
}

/** By the names of URLs: lower-case, and in ASCII. */
function isHostOf(allowed: string, host: string): boolean {
  const pattern = allowed.toLowerCase()
  // A name with a dot at its end is the same host.
  const name = host.replace(/\.$/, '')
  return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern
}
