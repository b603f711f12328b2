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

// As many as a storage remembers. The whole token is the key, so no other token opens what one has opened.
const MOST = 1_000

const links = new WeakMap<Runtime, BoundedMap<string, KnownLink>>()

/** Returns a link that was opened before. Says nothing of its expiry. */
export function knownLink(runtime: Runtime, token: string): KnownLink | undefined {
  return links.get(runtime)?.get(token)
}

/** Remembers a link for which a storage has verified the signature: nothing else may get in here. */
export function rememberLink(
  runtime: Runtime,
  text: string,
  { storage, token }: Pick<KnownLink, 'storage' | 'token'>,
): KnownLink {
  const known = links.get(runtime) ?? new BoundedMap<string, KnownLink>(MOST)
  links.set(runtime, known)
  const link = { storage, token, isCurrent: isReservedKey(token.key, Object.keys(runtime.profiles)) }
  known.set(text, link)
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
