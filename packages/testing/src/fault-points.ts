import { setTimeout as delay } from 'node:timers/promises'
import type { StorageAdapter } from '@rindle/core'

/** The methods of a storage into which faults can be injected. */
export type FaultyMethod =
  | `multipart.${'create' | 'signPart' | 'listParts' | 'complete' | 'abort'}`
  | `resumable.${'begin' | 'append' | 'finish' | 'abort'}`
  | 'put'
  | 'get'
  | 'download'
  | 'head'
  | 'delete'
  | 'deleteMany'
  | 'copy'
  | 'signGet'
  | 'signPut'

/** A moment right before or right after one call of a storage. */
export type FaultPoint = `${FaultyMethod}:${'before' | 'after'}`

/** The faults and their times. All parts apply to each call, in this order. */
export interface FaultPlan {
  /** Waits before each call. */
  readonly delayMs?: number
  /** Every `calls`-th call fails with `error()` and does not reach the storage. */
  readonly failOneIn?: { readonly calls: number; readonly error: () => Error }
  /**
   * Awaited at every point with the keys of the call: a place to kill the process, to wait, or to throw. An error fails
   * the call; at an `after` point the storage has already done the work.
   */
  readonly onCall?: (point: FaultPoint, keys: readonly string[]) => void | Promise<void>
}

/**
 * The same storage, with faults. Lists, and methods without I/O, pass unchanged. A resumable append ends once its last
 * state has been taken. Calls are counted across methods, from one, so that the same calls fail in every run.
 */
export function faultyStorage(adapter: StorageAdapter, plan: FaultPlan): StorageAdapter {
  const call = faultyCalls(plan)
  return {
    name: adapter.name,
    capabilities: adapter.capabilities,
    multipart: faultyMultipart(adapter.multipart, call),
    resumable: faultyResumable(adapter.resumable, call),
    start: (known) => adapter.start(known),
    identify: () => adapter.identify(),
    stop: () => adapter.stop(),
    put: async (key, body, options) => {
      // A body that fails while a point is awaited must not end the process; the adapter reports it later.
      body.on('error', () => {})
      try {
        return await call('put', [key], () => adapter.put(key, body, options))
      } catch (error) {
        body.destroy()
        throw error
      }
    },
    get: (key, options) => call('get', [key], () => adapter.get(key, options)),
    download: (key, path, options) => call('download', [key], () => adapter.download(key, path, options)),
    head: (key, options) => call('head', [key], () => adapter.head(key, options)),
    delete: (key, options) => call('delete', [key], () => adapter.delete(key, options)),
    deleteMany: (keys, options) => call('deleteMany', keys, () => adapter.deleteMany(keys, options)),
    copy: (from, to, options) => call('copy', [from, to], () => adapter.copy(from, to, options)),
    signGet: (key, options) => call('signGet', [key], () => adapter.signGet(key, options)),
    signPut: (key, options) => call('signPut', [key], () => adapter.signPut(key, options)),
    list: (prefix, options) => adapter.list(prefix, options),
    publicUrl: (key) => adapter.publicUrl(key),
    localPath: (key) => adapter.localPath(key),
    openToken: (token, method, now) => adapter.openToken(token, method, now),
    diagnose: (context) => adapter.diagnose(context),
  }
}

function faultyMultipart(multipart: StorageAdapter['multipart'], call: FaultyCall): StorageAdapter['multipart'] {
  return {
    create: (key, options) => call('multipart.create', [key], () => multipart.create(key, options)),
    signPart: (key, ...rest) => call('multipart.signPart', [key], () => multipart.signPart(key, ...rest)),
    listParts: (key, ...rest) => call('multipart.listParts', [key], () => multipart.listParts(key, ...rest)),
    complete: (key, ...rest) => call('multipart.complete', [key], () => multipart.complete(key, ...rest)),
    abort: (key, ...rest) => call('multipart.abort', [key], () => multipart.abort(key, ...rest)),
    listUploads: (prefix, options) => multipart.listUploads(prefix, options),
  }
}

function faultyResumable(resumable: StorageAdapter['resumable'], call: FaultyCall): StorageAdapter['resumable'] {
  return {
    begin: (key, options) => call('resumable.begin', [key], () => resumable.begin(key, options)),
    async *append(key, ...rest) {
      const begun = Promise.withResolvers<void>()
      const ended = Promise.withResolvers<void>()
      const called = call('resumable.append', [key], () => {
        begun.resolve()
        return ended.promise
      })
      // The caller must not have more written before the first point is over, or after it has failed.
      await Promise.race([begun.promise, called])
      try {
        yield* resumable.append(key, ...rest)
        ended.resolve()
      } catch (error) {
        ended.reject(error)
      }
      await called
    },
    finish: (key, ...rest) => call('resumable.finish', [key], () => resumable.finish(key, ...rest)),
    abort: (key, ...rest) => call('resumable.abort', [key], () => resumable.abort(key, ...rest)),
  }
}

type FaultyCall = <T>(method: FaultyMethod, keys: readonly string[], work: () => Promise<T>) => Promise<T>

function faultyCalls({ delayMs, failOneIn, onCall }: FaultPlan): FaultyCall {
  let callCount = 0
  return async (method, keys, work) => {
    callCount += 1
    const isUnlucky = failOneIn !== undefined && callCount % failOneIn.calls === 0
    if (delayMs !== undefined) await delay(delayMs)
    if (isUnlucky) throw failOneIn.error()
    await onCall?.(`${method}:before`, keys)
    const result = await work()
    await onCall?.(`${method}:after`, keys)
    return result
  }
}
