import type { Asset } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { isStagingKey } from '../domain/keys.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import type { Scanner, ScanVerdict } from '../ports/scanner.ts'
import { transitionAsset } from '../rows/asset-transition.ts'
import { profileOf, type Runtime, storageOf } from '../runtime.ts'
import { inOneStatement } from '../unit-of-work.ts'
import { freeze } from './freeze.ts'
import { judge } from './gate.ts'
import { Rejection } from './rejection.ts'
import { sniffObject } from './sniff-object.ts'

/**
 * `validating` → `analyzing`: the gate, over the bytes as they lie under their permanent key, then the scanners in
 * order. Nothing has decoded them yet. An upload that is still in staging is frozen only: it comes again with its
 * permanent key, so that a rejection is always of the bytes that the step was given.
 */
export async function passGate(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  if (isStagingKey(asset.storageKey)) return freezeOrReject(runtime, asset, job)
  const storage = storageOf(runtime, asset.storage)
  const profile = profileOf(runtime, asset.profile)
  const { object, sniffedType } = await sniffObject(storage, asset.storageKey, { signal: job.signal })
  const verdict = judge(
    {
      sniffedType,
      declaredType: asset.declaredContentType,
      filename: asset.filename,
      byteSize: object.byteSize,
    },
    profile.accept,
  )
  if (!verdict.accepted) throw new Rejection(verdict.reason, verdict.message)

  for (const scanner of profile.scanners) {
    const scanned = await scan(runtime, scanner, { ...asset, ...verdict }, object.byteSize, job)
    if (!scanned.accepted) throw new Rejection(`scanner_rejected:${scanner.name}`, scanned.reason)
  }
  return inOneStatement(runtime, (unit) =>
    transitionAsset(runtime, unit, asset, 'analyzing', {
      from: ['validating'],
      changes: {
        contentType: verdict.contentType,
        filename: verdict.filename,
        byteSize: object.byteSize,
        etag: object.etag,
      },
    }),
  )
}

async function freezeOrReject(runtime: Runtime, uploaded: Asset, job: RunningJob): Promise<Asset | null> {
  try {
    return await freeze(runtime, uploaded, job)
  } catch (error) {
    if (!isRindleError(error, 'storage_precondition_failed')) throw error
    throw new Rejection('changed_after_verification', 'The uploaded object was replaced after it had been verified.')
  }
}

async function scan(
  runtime: Runtime,
  scanner: Scanner,
  asset: Asset & { readonly contentType: string },
  byteSize: number,
  job: RunningJob,
): Promise<ScanVerdict> {
  try {
    return await scanner.scan({
      assetId: asset.id,
      profile: asset.profile,
      contentType: asset.contentType,
      byteSize,
      filename: asset.filename,
      open: async () => (await storageOf(runtime, asset.storage).get(asset.storageKey, { signal: job.signal })).body,
      signal: job.signal,
    })
  } catch (error) {
    // A scan that ends with its worker or its claim is no failure of the scanner.
    if (job.signal.aborted) throw error
    if (job.isLastAttempt && scanner.failMode === 'open') {
      runtime.logger.warn({ assetId: asset.id, scanner: scanner.name, ...errorFields(error) }, 'A scanner failed open.')
      return { accepted: true }
    }
    if (job.isLastAttempt) return { accepted: false, reason: `The scanner ${scanner.name} could not do its work.` }
    throw new RindleError('processing_failed', `The scanner ${scanner.name} failed on asset ${asset.id}.`, {
      cause: error,
    })
  }
}
