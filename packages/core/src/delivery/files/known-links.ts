import { RindleError } from '../../domain/errors.ts'
import { isManagedKey, isReservedKey, tenantIn } from '../../domain/keys.ts'
import { BoundedMap } from '../../kernel/bounded-map.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { expiredLink } from '../../kernel/signed-tokens.ts'
import type { OpenedToken, StorageAdapter } from '../../ports/storage.ts'

/** A link whose signature is verified. */
export interface KnownLink {
  /** The storage that signed it. */
  readonly storage: StorageAdapter
  readonly token: OpenedToken
  /**
   * Whether its URL always means the same bytes: objects under Rindle's keys never change, while the application may put
   * another file under its own key.
   */
  readonly isCurrent: boolean
}

interface Remembered {
  readonly link: KnownLink
  /** The whole token: no other one opens what it has opened. */
  readonly text: string
}

// As many as a storage remembers.
const MOST = 1_000
// The length of a signature. To look for the whole of a token takes four times as long.
const ENDING = 43

/** By the ends of their tokens. */
const links = new WeakMap<Runtime, BoundedMap<string, Remembered>>()

/** Returns a link that was opened before. Says nothing of its expiry. */
export function knownLink(runtime: Runtime, token: string): KnownLink | undefined {
  const known = links.get(runtime)?.get(token.slice(-ENDING))
  return known?.text === token ? known.link : undefined
}

/** Remembers a link for which a storage has verified the signature: nothing else may get in here. */
export function rememberLink(
  runtime: Runtime,
  text: string,
  { storage, token }: Pick<KnownLink, 'storage' | 'token'>,
): KnownLink {
  const known = links.get(runtime) ?? new BoundedMap<string, Remembered>(MOST)
  links.set(runtime, known)
  const link = { storage, token, isCurrent: isReservedKey(token.key, Object.keys(runtime.profiles)) }
  known.set(text.slice(-ENDING), { link, text })
  return link
}

/** Refuses a link at its expiry and after: `token_expired`. */
export function assertValid({ token }: Pick<KnownLink, 'token'>, now: Date): void {
  if (now.getTime() >= token.expiresAt.getTime()) throw expiredLink()
}

/**
 * Refuses a link to an object of another tenant. The key says the tenant. Own files of the application have none, and their
 * token is all that they ask for.
 */
export function assertWithin({ token: { key } }: Pick<KnownLink, 'token'>, tenant: string | null | undefined): void {
  if (tenant === undefined || !isManagedKey(key) || tenantIn(key) === tenant) return
  throw new RindleError('not_found', 'There is no such file.')
}
