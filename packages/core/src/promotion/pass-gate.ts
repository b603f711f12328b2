import { transitionAsset } from '../assets/transition.ts'
import type { Asset } from '../domain/entities.ts'
import { errorSentence } from '../domain/error-text.ts'
import { isRindleError } from '../domain/errors.ts'
import { judgeFile } from '../domain/gate.ts'
import { isStagingKey } from '../domain/keys.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { type SniffedObject, sniffObject } from '../kernel/sniffing/sniff-object.ts'
import { inOneStatement } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { StorageAdapter } from '../ports/storage.ts'
import { freeze } from './freeze.ts'
import { lacksFor, newerWorkerNeeded } from './newer-work.ts'
import { Rejection } from './rejection.ts'
import { runScanner } from './run-scanner.ts'

/**
 * `validating` → `analyzing`: runs the gate over the bytes under their permanent key, then the scanners in order.
 * Nothing has decoded the bytes yet. An upload that is still in staging is only frozen: the step runs again with its
 * permanent key, so that a rejection always concerns the bytes of this step.
 */
export async function passGate(runtime: Runtime, asset: Asset, job: RunningJob): Promise<Asset | null> {
  if (isStagingKey(asset.storageKey)) return freezeOrReject(runtime, asset, job)
  const storage = storageOf(runtime, asset.storage)
  const profile = profileOf(runtime, asset.profile)
  assertScannersKnown(runtime, asset, job)
  const { object, sniffedType } = await sniffOrReject(storage, asset, job)
  const verdict = judgeFile(
    {
      sniffedType,
      declaredType: asset.declaredContentType,
      filename: asset.filename,
      byteSize: object.byteSize,
    },
    profile.accept,
  )
  if (!verdict.accepted) throw new Rejection(verdict.reason, verdict.message)

  const scannedAsset = { ...asset, ...verdict, byteSize: object.byteSize }
  for (const scanner of profile.scanners) {
    const scanned = await runScanner(runtime, scanner, scannedAsset, job)
    if (!scanned.accepted) throw new Rejection(`scanner_rejected:${scanner.name}`, errorSentence(scanned.reason))
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

/** Nothing passes without the scanners of a newer process: an older worker does not know what it misses. */
function assertScannersKnown(runtime: Runtime, asset: Asset, job: RunningJob): void {
  const scanners = lacksFor(runtime, asset, job).filter(({ what }) => what === 'scanner')
  if (scanners.length > 0) throw newerWorkerNeeded(asset, scanners, 'It has to be scanned.')
}

/** Nobody writes to a permanent key, but an original that was adopted in place is in the reach of its owner. */
async function sniffOrReject(storage: StorageAdapter, asset: Asset, { signal }: RunningJob): Promise<SniffedObject> {
  if (asset.adoptedFrom?.key !== asset.storageKey || asset.etag === null) {
    return sniffObject(storage, asset.storageKey, { signal })
  }
  try {
    return await sniffObject(storage, asset.storageKey, { ifMatch: asset.etag, signal })
  } catch (error) {
    if (!isRindleError(error, 'storage_precondition_failed')) throw error
    throw new Rejection('changed_after_verification', 'The object was replaced after it had been adopted.')
  }
}

async function freezeOrReject(runtime: Runtime, uploaded: Asset, job: RunningJob): Promise<Asset | null> {
  try {
    return await freeze(runtime, uploaded, job)
  } catch (error) {
    if (!isRindleError(error, 'storage_precondition_failed')) throw error
    throw new Rejection('changed_after_verification', 'The uploaded object was replaced after it had been verified.')
  }
}
