import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalContentType } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import type { SourceFile } from '../ports/processor.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { makeOwnedDirectory } from './run-directory.ts'

/** The fields that identify a source. */
export type SourceAsset = Pick<Asset, 'id' | 'storage' | 'storageKey' | 'etag' | 'contentType'>

/** A source file that stays in place until it is disposed of. */
export interface AcquiredSource extends AsyncDisposable {
  readonly file: SourceFile
}

interface CacheEntry {
  readonly path: string
  readonly download: Promise<{ readonly byteSize: number }>
  byteSize: number
  pins: number
  isForgotten: boolean
}

/** Options of {@link SourceCache}. */
export interface SourceCacheOptions {
  /** The parent of the cache's own directory, which is made on first need. */
  readonly directory: string
  /** Unused files are removed, least recently used first, while the total size exceeds this. */
  readonly maxBytes: number
  readonly storageOf: (name: string) => StorageAdapter
}

/**
 * The source files of one process. Local storage is read in place; for any other storage, the promote, process and
 * media jobs of one asset share one download. Bounded; files in use are never removed.
 */
export class SourceCache {
  // A Map keeps insertion order, and a used entry moves to the end: the first is the least recently used.
  readonly #entries = new Map<string, CacheEntry>()
  readonly #options: SourceCacheOptions
  #directory: Promise<string> | undefined

  constructor(options: SourceCacheOptions) {
    this.#options = options
  }

  /**
   * Returns the asset's bytes as a file, exactly those of its recorded etag. `storage_object_missing`,
   * `storage_precondition_failed`.
   */
  async acquire(asset: SourceAsset, signal: AbortSignal): Promise<AcquiredSource> {
    const storage = this.#options.storageOf(asset.storage)
    if (storage.capabilities.has('local')) return inPlace(storage, asset)
    const key = keyOf(asset)
    const entry = this.#entries.get(key) ?? (await this.#begin(storage, asset))
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    entry.pins += 1
    try {
      const { byteSize } = await abortable(entry.download, signal)
      entry.byteSize = byteSize
      await this.#evict()
      return {
        file: { path: entry.path, contentType: contentTypeOf(asset) ?? '', byteSize },
        [Symbol.asyncDispose]: () => this.#unpin(entry),
      }
    } catch (error) {
      entry.pins -= 1
      // A failed download must be retried, but others may still wait for this one.
      if (!signal.aborted) this.#entries.delete(key)
      throw error
    }
  }

  /**
   * Forgets the copy of an asset's bytes, so that the next reader downloads a new one. Called after work with it
   * failed: the copy may be damaged or removed. Current users keep it.
   */
  async forget(asset: SourceAsset): Promise<void> {
    const key = keyOf(asset)
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    entry.isForgotten = true
    if (entry.pins === 0) await rm(entry.path, { force: true })
  }

  /** Removes every file. Nothing may be in use. Safe to repeat. */
  async clear(): Promise<void> {
    this.#entries.clear()
    const directory = await this.#directory
    this.#directory = undefined
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  }

  async #begin(storage: StorageAdapter, asset: SourceAsset): Promise<CacheEntry> {
    this.#directory ??= makeOwnedDirectory(this.#options.directory, 'sources')
    const path = join(await this.#directory, `${asset.id}-${crypto.randomUUID()}`)
    const download = storage.download(asset.storageKey, path, asset.etag === null ? {} : { ifMatch: asset.etag })
    // Those who wait for it see the failure; without a waiter it must not end the process.
    download.catch(() => {})
    return { path, download, byteSize: 0, pins: 0, isForgotten: false }
  }

  async #unpin(entry: CacheEntry): Promise<void> {
    entry.pins -= 1
    if (entry.isForgotten && entry.pins === 0) await rm(entry.path, { force: true })
    await this.#evict()
  }

  async #evict(): Promise<void> {
    let total = [...this.#entries.values()].reduce((sum, entry) => sum + entry.byteSize, 0)
    for (const [key, entry] of this.#entries) {
      if (total <= this.#options.maxBytes) return
      if (entry.pins > 0) continue
      this.#entries.delete(key)
      total -= entry.byteSize
      await rm(entry.path, { force: true })
    }
  }
}

function keyOf({ storage, storageKey, etag }: SourceAsset): string {
  return `${storage} ${storageKey} ${etag ?? ''}`
}

async function inPlace(storage: StorageAdapter, asset: SourceAsset): Promise<AcquiredSource> {
  const object = await storage.head(asset.storageKey)
  if (object === undefined) {
    throw new RindleError('storage_object_missing', `The original of asset ${asset.id} is gone from storage.`)
  }
  return {
    file: {
      path: storage.localPath(asset.storageKey),
      contentType: contentTypeOf(asset) ?? object.contentType,
      byteSize: object.byteSize,
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** Reads a type that an earlier version spelt differently under its present name. */
function contentTypeOf({ contentType }: SourceAsset): string | null {
  return contentType === null ? null : canonicalContentType(contentType)
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
