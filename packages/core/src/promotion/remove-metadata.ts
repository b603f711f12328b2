import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { deletionAfter } from '../assets/delayed-deletion.ts'
import { settleQuota } from '../assets/quota-usage.ts'
import { extensionFor } from '../domain/content-types.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { type FilePiece, joinPieces, lengthOfPieces } from '../domain/file-pieces.ts'
import { originalKey } from '../domain/keys.ts'
import type { MetadataRemoval } from '../domain/original-metadata.ts'
import { areUnchanged, readPieces } from '../kernel/read-pieces.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { MetadataRemover, SourceFile } from '../ports/processor.ts'
import { lacksFor, newerWorkerNeeded } from './newer-work.ts'
import { Rejection } from './rejection.ts'
import { assertAsReceived, verifiedChecksum } from './verified-checksum.ts'

/** The object that an asset is to have, and the SHA-256 of its bytes. */
type Original = Pick<Asset, 'storageKey' | 'etag' | 'byteSize' | 'checksumSha256'>

/**
 * Removes metadata from the original of an asset in `analyzing`, before a decoder sees it: stores the rewritten file
 * under a key of its own, then lets the row name that, with its size and SHA-256, and enqueues the deletion of the
 * uploaded object, in one transaction. A file without such metadata stays as it is. The SHA-256 of the uploaded bytes is
 * checked first, and kept. An original in place is refused. Returns the asset, still in `analyzing`, or `null` when
 * another job was first.
 *
 * A process that dies before the commit leaves an object that no row names, for the orphan scan; the next attempt begins
 * anew.
 */
export async function removeMetadata(
  runtime: Runtime,
  asset: Asset,
  removal: MetadataRemoval,
  job: RunningJob,
): Promise<Asset | null> {
  const { signal } = job
  if (asset.inPlace) {
    const message = 'The profile wants metadata removed, and the original is in place, where it must not be changed.'
    throw new Rejection('metadata_not_removable', message)
  }
  const { original, uploadedSha256 } = await rewritten(runtime, asset, removal, job)
  const { storageKey, etag, byteSize, checksumSha256 } = original
  const isNew = storageKey !== asset.storageKey
  const moved = await inTransaction(runtime, undefined, async (unit) => {
    const { rows } = await unit.executeSql(
      `update rindle.media_assets
       set storage_key = $3::text, etag = $4::text, byte_size = $5::bigint, checksum_sha256 = $6::text,
         uploaded_sha256 = coalesce(uploaded_sha256, $7::text), removed_metadata = $8::text, updated_at = now()
       where id = $1::uuid and storage_key = $2::text and state = 'analyzing' returning *`,
      [asset.id, asset.storageKey, storageKey, etag, byteSize, checksumSha256, uploadedSha256, removal],
    )
    if (rows[0] === undefined) return null
    if (byteSize !== null) await settleQuota(unit, asset.id, byteSize)
    const uploaded = { assetId: asset.id, storage: asset.storage, storageKey: asset.storageKey }
    if (isNew) unit.enqueue(deletionAfter(0, uploaded))
    return assetFromRow(rows[0])
  })
  await runtime.sources.forget(asset)
  if (moved === null && isNew) await storageOf(runtime, asset.storage).delete(storageKey, { signal })
  return moved
}

async function rewritten(
  runtime: Runtime,
  asset: Asset,
  removal: MetadataRemoval,
  job: RunningJob,
): Promise<{ readonly original: Original; readonly uploadedSha256: string }> {
  const { signal } = job
  await using source = await runtime.sources.acquire(asset, signal)
  const uploadedSha256 = await verifiedChecksum(runtime, asset, source.file, signal)
  // The SHA-256 of a rewritten file would hide that the storage had damaged the uploaded one.
  await assertAsReceived(asset, source.file, signal)
  const pieces = await piecesWithout(removerOf(runtime, asset, source.file, job), source.file, removal, signal)
  const { path, byteSize } = source.file
  if (await areUnchanged(path, byteSize, pieces)) {
    return { original: { ...asset, checksumSha256: uploadedSha256 }, uploadedSha256 }
  }
  return { original: await storePieces(runtime, asset, source.file, pieces, signal), uploadedSha256 }
}

async function piecesWithout(
  remover: MetadataRemover,
  file: SourceFile,
  removal: MetadataRemoval,
  signal: AbortSignal,
): Promise<readonly FilePiece[]> {
  // There is nothing to remove from.
  if (file.byteSize === 0) return []
  try {
    return joinPieces(await remover.remove(file, { removal, signal }))
  } catch (error) {
    if (!(isRindleError(error, 'metadata_not_removable') || isRindleError(error, 'corrupt_media'))) throw error
    if (failureOf(error).kind !== 'verdict') throw error
    throw new Rejection(error.code, error.message)
  }
}

async function storePieces(
  runtime: Runtime,
  asset: Asset,
  file: SourceFile,
  pieces: readonly FilePiece[],
  signal: AbortSignal,
): Promise<Original> {
  const { contentType } = file
  const { tenant, profile, id: assetId } = asset
  const extension = extensionFor(contentType)
  const storageKey = originalKey({ tenant, profile, assetId, random: runtime.randomText(), extension })
  const hash = createHash('sha256')
  const body = Readable.from(
    (async function* () {
      for await (const chunk of readPieces(file.path, pieces)) {
        hash.update(chunk)
        yield chunk
      }
    })(),
    { objectMode: false },
  )
  const options = { contentType, byteSize: lengthOfPieces(pieces), signal }
  const { etag, byteSize } = await storageOf(runtime, asset.storage).put(storageKey, body, options)
  return { storageKey, etag, byteSize, checksumSha256: hash.digest('hex') }
}

/**
 * The remover of a type. A worker without any remover leaves the asset to another one; one that has some refuses a type
 * that none of them rewrites.
 */
function removerOf(runtime: Runtime, asset: Asset, { contentType }: SourceFile, job: RunningJob): MetadataRemover {
  const removers = runtime.processors.flatMap(({ metadataRemover }) => metadataRemover ?? [])
  const remover = removers.find(({ contentTypes }) => contentTypes.has(contentType))
  if (remover !== undefined) return remover
  const message = `No installed processor removes metadata from ${contentType}, as the profile "${asset.profile}" wants.`
  const lacks = lacksFor(runtime, asset, job).filter(({ what }) => what === 'processor' || what === 'version')
  if (lacks.length > 0) throw newerWorkerNeeded(asset, lacks, message)
  if (removers.length === 0) {
    const advice = 'Add a processor that does to `processors`, or start a worker that has one.'
    throw new RindleError('processor_capability_missing', `${message} ${advice}`)
  }
  throw new Rejection('metadata_not_removable', message)
}
