import { basename, extname, join } from 'node:path'
import { extensionFor } from '../../domain/content-types.ts'
import { cutToBytes } from '../../domain/cut-to-bytes.ts'
import type { MediaTrack, Owner } from '../../domain/entities.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import { type Runtime, storageOf } from '../../kernel/runtime.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import { runOperation } from '../run-operation.ts'
import { type StoppedStorage, StorageWatch } from '../storage-watch.ts'
import { type WalkOptions, walk } from '../walk.ts'
import { exportFile } from './export-file.ts'
import { type ExportedAsset, type ExportedTrack, ManifestWriter } from './export-manifest.ts'
import { countOwned, type OwnedAsset, ownedAssets } from './owned-assets.ts'

/** Options of {@link exportOwner}. */
export interface ExportOwnerOptions extends WalkOptions, TenantOption {
  /** Where the files go: a new or empty directory, or one of an earlier export of the same owner. */
  readonly directory: string
  /** Files at once. @default 4 */
  readonly concurrency?: number
}

/** The results of {@link exportOwner}. */
export interface ExportOwnerReport {
  /** Assets of the owner whose files are there. */
  readonly assets: number
  /** Originals and text tracks in the directory. */
  readonly files: number
  /** Those of them that an earlier run had written. */
  readonly kept: number
  /** Bytes of all files. */
  readonly bytes: number
  /** Assets of the owner that have no file to give: they are still uploaded or checked, or were refused. */
  readonly withoutFile: number
  readonly errors: number
  /** Whether everything is there: only then the directory has a `manifest.json`. */
  readonly isWhole: boolean
  /** Storages that are down: their files were skipped. */
  readonly stopped: readonly StoppedStorage[]
  readonly interrupted: boolean
}

const DEFAULT_CONCURRENCY = 4
const MAX_NAME_BYTES = 200

/**
 * Writes everything that an owner holds into a directory: originals, those in the trash too, and text tracks, with
 * `manifest.json` (names, types, checksums, dimensions, metadata, attachments) and `SHA256SUMS`. Variants are left out,
 * as they are made from the originals. Every file is compared with its row by size and SHA-256, and appears whole or not
 * at all; the manifest comes last, and only if nothing is missing. Memory is bounded. Safe to repeat, to interrupt and to
 * kill: whole files are kept. Files are readable by the user of this process alone. `invalid_input` for a malformed
 * owner or a directory that holds anything else, `insufficient_disk`.
 */
export async function exportOwner(
  runtime: Runtime,
  owner: Owner,
  options: ExportOwnerOptions,
): Promise<ExportOwnerReport> {
  return runOperation(runtime, { operation: 'export_owner', scope: 'all', dry_run: false }, async () => {
    if (typeof options?.directory !== 'string' || options.directory === '') {
      throw new RindleError('invalid_input', '`directory` must name the directory of the export.')
    }
    const owned = await countOwned(runtime.database, owner, options)
    await using manifest = await ManifestWriter.open(options.directory, owner, runtime.now())
    return await new OwnerExport(runtime, options, manifest).run(owner, owned)
  })
}

class OwnerExport {
  readonly #runtime: Runtime
  readonly #options: ExportOwnerOptions
  readonly #manifest: ManifestWriter
  readonly #watch: StorageWatch
  readonly #counts = { assets: 0, files: 0, kept: 0, bytes: 0, errors: 0 }
  /** The exported assets of the page, by id. */
  readonly #exported = new Map<string, ExportedAsset>()
  #isSkipped = false

  constructor(runtime: Runtime, options: ExportOwnerOptions, manifest: ManifestWriter) {
    this.#runtime = runtime
    this.#options = options
    this.#manifest = manifest
    this.#watch = new StorageWatch(runtime.logger)
  }

  async run(owner: Owner, owned: { readonly files: number; readonly withoutFile: number }): Promise<ExportOwnerReport> {
    const { interrupted } = await walk(this.#pages(owner), {
      ...this.#options,
      concurrency: this.#options.concurrency ?? DEFAULT_CONCURRENCY,
      counts: this.#counts,
      each: (owned_) => this.#exportOrNote(owned_),
      total: async () => ({ count: owned.files, isEstimate: false }),
    })
    const isWhole = !(interrupted || this.#isSkipped)
    if (isWhole) await this.#manifest.finish()
    return {
      ...this.#counts,
      withoutFile: owned.withoutFile,
      isWhole,
      stopped: this.#watch.stopped,
      interrupted: interrupted || this.#options.signal?.aborted === true,
    }
  }

  async *#pages(owner: Owner): AsyncGenerator<OwnedAsset[]> {
    for await (const page of ownedAssets(this.#runtime.database, owner, this.#options)) {
      // In the order of the ids, however they were finished.
      const ids = page.map(({ asset }) => asset.id)
      yield page
      for (const id of ids) {
        const exported = this.#exported.get(id)
        if (exported !== undefined) await this.#manifest.add(exported)
      }
      this.#exported.clear()
    }
  }

  async #exportOrNote(owned: OwnedAsset): Promise<void> {
    const { id, storage } = owned.asset
    if (this.#watch.isStopped(storage)) {
      this.#isSkipped = true
      return
    }
    try {
      this.#exported.set(id, await this.#export(owned))
      this.#counts.assets += 1
      this.#watch.answered(storage)
    } catch (error) {
      this.#isSkipped = true
      if (this.#options.signal?.aborted === true) return
      if (!isRindleError(error) || error.code === 'insufficient_disk') throw error
      this.#counts.errors += 1
      this.#watch.failed(storage, error, { assetId: id }, 'A file could not be exported.')
    }
  }

  async #export({ asset, attachments, tracks }: OwnedAsset): Promise<ExportedAsset> {
    const { id, profile, filename, contentType, kind, width, height, durationMs, focus, metadata } = asset
    const byteSize = asset.byteSize ?? 0
    const path = `files/${id}/${safeName(filename, contentType)}`
    const original = { key: asset.storageKey, byteSize, checksumSha256: asset.checksumSha256 }
    const sha256 = await this.#write(asset.storage, original, path)
    const exportedTracks: ExportedTrack[] = []
    for (const track of tracks) exportedTracks.push(await this.#exportTrack(asset.storage, track))
    return {
      id,
      profile,
      filename,
      path,
      contentType,
      byteSize,
      sha256,
      kind,
      width,
      height,
      durationMs,
      focus,
      metadata,
      createdAt: asset.createdAt.toISOString(),
      attachments,
      tracks: exportedTracks,
    }
  }

  async #exportTrack(storage: string, track: MediaTrack): Promise<ExportedTrack> {
    const { id, assetId, kind, lang, label, isDefault, byteSize, storageKey } = track
    const path = `files/${assetId}/tracks/${lang.toLowerCase()}-${kind}-${id}.vtt`
    const sha256 = await this.#write(storage, { key: storageKey, byteSize, checksumSha256: null }, path)
    return { kind, lang, label, isDefault, path, byteSize, sha256 }
  }

  async #write(storage: string, object: Parameters<typeof exportFile>[1], path: string): Promise<string> {
    const to = join(this.#options.directory, path)
    const { sha256, isKept } = await exportFile(storageOf(this.#runtime, storage), object, to, this.#options.signal)
    this.#counts.files += 1
    this.#counts.bytes += object.byteSize
    if (isKept) this.#counts.kept += 1
    return sha256
  }
}

/** The uploaded name as a file name that every system takes; never `tracks`, which is a directory. */
function safeName(filename: string, contentType: string | null): string {
  const bare = basename(filename.replaceAll('\\', '/')).replaceAll(/[\p{Cc}<>:"|?*]/gu, '_')
  const extension = extname(bare) === '' ? extensionFor(contentType ?? '') : extname(bare).slice(0, 20)
  const stem = cutToBytes(basename(bare, extname(bare)), MAX_NAME_BYTES).replace(/^[. ]+|[. ]+$/g, '')
  const isTaken = /^(?:|tracks|con|prn|aux|nul|com\d|lpt\d)$/i.test(stem)
  return `${isTaken ? `file-${stem}` : stem}${extension}`
}
