import { isRindleError, RindleError } from '../domain/errors.ts'
import { isStagingKey } from '../domain/keys.ts'
import { isOutage } from '../kernel/storage-adapter/outage.ts'
import type { StorageAdapter, StoredObject } from '../ports/storage.ts'

/** What marks an etag that a mirror gave: no storage has such a one. */
const MARK = '~mirror-'
const MARKED = /^~mirror-(\d+)-(.+)$/s

/**
 * A storage with mirrors: it writes to `primary`, and the mirrors follow by a job of Rindle, in the order of the changes
 * and as often as it takes. While the primary is down, `get`, `download` and `head` ask the mirrors. An answer of the
 * primary is never doubted: an object that it does not have is not read from a mirror, because a deletion may not have
 * arrived there; `verifyMirrors` brings back what it has lost. A mirror that lacks an object, or may have another one
 * than an etag names, says nothing: then the outage is the error. Capabilities, signed and public URLs, lists and local
 * paths are those of the primary alone.
 *
 * Throws `config_invalid` without mirrors, or if a mirror cannot delete and list what it holds (`list`).
 */
export function mirrored(primary: StorageAdapter, mirrors: readonly StorageAdapter[]): StorageAdapter {
  assertMirrors(primary, mirrors)
  /** Asks the primary and, while it is down, each mirror. `undefined` of a mirror is no answer. */
  const ask = async <T>(key: string, etag: string | undefined, call: Call<T>): Promise<T> => {
    const ofMirror = etag === undefined ? null : MARKED.exec(etag)
    if (ofMirror !== null) return askMirror(mirrors, Number(ofMirror[1]), ofMirror[2], call)
    try {
      return await call(primary, etag)
    } catch (error) {
      if (!isOutage(error) || isStagingKey(key) || etag !== undefined) throw error
      return firstAnswer(mirrors, call, error)
    }
  }
  return {
    ...forwarding(primary),
    mirroring: { primary, mirrors },
    stop: async () => {
      for (const storage of [primary, ...mirrors]) await storage.stop()
    },
    get: (key, { ifMatch, ...options } = {}) =>
      ask(key, ifMatch, (storage, etag) => storage.get(key, { ...options, ...matching(etag) })),
    download: (key, path, { ifMatch, ...options } = {}) =>
      ask(key, ifMatch, (storage, etag) => storage.download(key, path, { ...options, ...matching(etag) })),
    head: (key, options) => ask(key, undefined, (storage) => storage.head(key, options)),
    async *diagnose(context) {
      yield* primary.diagnose(context)
      for (const mirror of mirrors) {
        const { known: _, ...rest } = context
        yield* mirror.diagnose(rest)
      }
    },
  }
}

type Call<T> = (storage: StorageAdapter, etag: string | undefined) => Promise<T>

/** Everything of an adapter, called as its own methods. */
function forwarding(adapter: StorageAdapter): StorageAdapter {
  const { place, delivery } = adapter
  return {
    name: adapter.name,
    capabilities: adapter.capabilities,
    ...(place === undefined ? {} : { place }),
    ...(delivery === undefined ? {} : { delivery }),
    ...('copyFrom' in adapter
      ? { copyFrom: async (from, key, options) => adapter.copyFrom?.(from, key, options) }
      : {}),
    multipart: adapter.multipart,
    resumable: adapter.resumable,
    start: (known) => adapter.start(known),
    identify: () => adapter.identify(),
    stop: () => adapter.stop(),
    put: (key, body, options) => adapter.put(key, body, options),
    get: (key, options) => adapter.get(key, options),
    download: (key, path, options) => adapter.download(key, path, options),
    head: (key, options) => adapter.head(key, options),
    delete: (key, options) => adapter.delete(key, options),
    deleteMany: (keys, options) => adapter.deleteMany(keys, options),
    copy: (from, to, options) => adapter.copy(from, to, options),
    list: (prefix, options) => adapter.list(prefix, options),
    publicUrl: (key) => adapter.publicUrl(key),
    signGet: (key, options) => adapter.signGet(key, options),
    signPut: (key, options) => adapter.signPut(key, options),
    localPath: (key) => adapter.localPath(key),
    openToken: (token, method, now) => adapter.openToken(token, method, now),
    diagnose: (context) => adapter.diagnose(context),
  }
}

/** The first mirror's answer that is one; else the outage of the primary. */
async function firstAnswer<T>(mirrors: readonly StorageAdapter[], call: Call<T>, outage: RindleError): Promise<T> {
  for (const [index, mirror] of mirrors.entries()) {
    try {
      const found = await call(mirror, undefined)
      if (found !== undefined) return marked(index, found)
    } catch (error) {
      if (!isOutage(error) && !isRindleError(error, 'storage_object_missing')) throw error
    }
  }
  throw outage
}

/** Goes on with the mirror that described an object: only there the etag means anything. */
async function askMirror<T>(
  mirrors: readonly StorageAdapter[],
  index: number,
  etag: string | undefined,
  call: Call<T>,
): Promise<T> {
  const mirror = mirrors[index]
  try {
    if (mirror !== undefined) return marked(index, await call(mirror, etag))
  } catch (error) {
    // The mirror follows, so its verdict is none.
    const isVerdict = ['storage_object_missing', 'storage_precondition_failed'] as const
    if (!isVerdict.some((code) => isRindleError(error, code))) throw error
  }
  throw new RindleError('storage_unavailable', 'An object that a mirror had reported is no longer there. Try again.')
}

/** The etag of a mirror is another one than the primary's for the same bytes. */
function marked<T>(index: number, found: T): T {
  const { etag } = found as StoredObject
  return { ...found, etag: `${MARK}${index}-${etag}` }
}

function matching(etag: string | undefined): { readonly ifMatch?: string } {
  return etag === undefined ? {} : { ifMatch: etag }
}

function assertMirrors(primary: StorageAdapter, mirrors: readonly StorageAdapter[]): void {
  if (mirrors.length === 0) throw new RindleError('config_invalid', 'mirrored() needs at least one mirror.')
  const nested = [primary, ...mirrors].find(({ mirroring }) => mirroring !== undefined)
  if (nested !== undefined) {
    throw new RindleError(
      'config_invalid',
      'mirrored() does not accept a mirrored storage. List all mirrors of one primary.',
    )
  }
  for (const storage of [primary, ...mirrors]) {
    if (storage.capabilities.has('list')) continue
    throw new RindleError('config_invalid', `mirrored() needs storages that can list; ${storage.name} cannot.`)
  }
}
