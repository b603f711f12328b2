import type { MultipartStorage, ResumableStorage, StorageAdapter } from '../ports/storage.ts'
import type { Telemetry } from '../ports/telemetry.ts'

/** Runs one call of a storage in a span. */
type TracedCall = <T>(method: string, work: () => Promise<T>) => Promise<T>

/**
 * Wraps a storage with a span around each call. Calls without I/O (signatures, paths, tokens) have none. Keys are not
 * attributes: a trace leaves the machine, and anyone with a key may ask for its object.
 */
export function tracedStorage(name: string, adapter: StorageAdapter, telemetry: Telemetry): StorageAdapter {
  const attributes = { 'rindle.storage': name, 'rindle.storage.adapter': adapter.name }
  const call: TracedCall = (method, work) => telemetry.span(`storage ${method}`, { kind: 'client', attributes }, work)
  const { place, mirroring } = adapter
  return {
    ...(mirroring === undefined ? {} : { mirroring }),
    ...(place === undefined ? {} : { place }),
    ...('copyFrom' in adapter
      ? {
          copyFrom: (from, key, options) => call('copyFrom', async () => adapter.copyFrom?.(from, key, options)),
        }
      : {}),
    name: adapter.name,
    capabilities: adapter.capabilities,
    ...(adapter.delivery === undefined ? {} : { delivery: adapter.delivery }),
    multipart: tracedMultipart(adapter.multipart, call),
    resumable: tracedResumable(adapter.resumable, call),
    start: (known) => adapter.start(known),
    identify: () => adapter.identify(),
    stop: () => adapter.stop(),
    put: (key, body, options) => call('put', () => adapter.put(key, body, options)),
    get: (key, options) => call('get', () => adapter.get(key, options)),
    download: (key, path, options) => call('download', () => adapter.download(key, path, options)),
    head: (key, options) => call('head', () => adapter.head(key, options)),
    delete: (key, options) => call('delete', () => adapter.delete(key, options)),
    deleteMany: (keys, options) => call('deleteMany', () => adapter.deleteMany(keys, options)),
    copy: (from, to, options) => call('copy', () => adapter.copy(from, to, options)),
    list: (prefix, options) => iterated(call, 'list', () => adapter.list(prefix, options)),
    publicUrl: (key) => adapter.publicUrl(key),
    signGet: (key, options) => adapter.signGet(key, options),
    signPut: (key, options) => adapter.signPut(key, options),
    localPath: (key) => adapter.localPath(key),
    ...(adapter.openFile === undefined
      ? {}
      : { openFile: (key) => call('openFile', async () => adapter.openFile?.(key)) }),
    openToken: (token, method, now) => adapter.openToken(token, method, now),
    diagnose: (context) => adapter.diagnose(context),
  }
}

function tracedMultipart(multipart: MultipartStorage, call: TracedCall): MultipartStorage {
  return {
    create: (key, options) => call('multipart.create', () => multipart.create(key, options)),
    signPart: (key, uploadId, partNumber, options) => multipart.signPart(key, uploadId, partNumber, options),
    listParts: (key, uploadId, options) =>
      call('multipart.listParts', () => multipart.listParts(key, uploadId, options)),
    complete: (key, uploadId, parts, options) =>
      call('multipart.complete', () => multipart.complete(key, uploadId, parts, options)),
    abort: (key, uploadId, options) => call('multipart.abort', () => multipart.abort(key, uploadId, options)),
    listUploads: (prefix, options) =>
      iterated(call, 'multipart.listUploads', () => multipart.listUploads(prefix, options)),
  }
}

function tracedResumable(resumable: ResumableStorage, call: TracedCall): ResumableStorage {
  return {
    begin: (key, options) => call('resumable.begin', () => resumable.begin(key, options)),
    append: (key, state, body, options) =>
      iterated(call, 'resumable.append', () => resumable.append(key, state, body, options)),
    finish: (key, state, options) => call('resumable.finish', () => resumable.finish(key, state, options)),
    abort: (key, state, options) => call('resumable.abort', () => resumable.abort(key, state, options)),
  }
}

/** One span from the first item to the last, including the caller's time in between. */
async function* iterated<T>(call: TracedCall, method: string, begin: () => AsyncIterable<T>): AsyncGenerator<T> {
  const { promise: end, resolve, reject } = Promise.withResolvers<void>()
  const span = call(method, () => end)
  try {
    yield* begin()
  } catch (error) {
    reject(error)
    throw error
  } finally {
    resolve()
    // The caller has the error already.
    await span.catch(() => {})
  }
}
