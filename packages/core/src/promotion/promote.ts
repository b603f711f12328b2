import { assetById } from '../assets/read.ts'
import type { Slot } from '../attachments/slot.ts'
import type { Asset } from '../domain/entities.ts'
import { payloadText } from '../kernel/payload-text.ts'
import { finishRuns } from '../kernel/processing-runs.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { announceCommitted } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { type Beginning, beginPromotion } from './begin.ts'
import { makeAvailable } from './make-available.ts'
import { lacksFor, newerWorkerNeeded } from './newer-work.ts'
import { passGate } from './pass-gate.ts'
import { passProbe } from './pass-probe.ts'
import { quarantine } from './quarantine.ts'
import { Rejection } from './rejection.ts'
import { waitOrRetry } from './wait.ts'

/**
 * One step of the promotion: does its work outside of transactions, moves the asset on and returns the new asset, or
 * `null` when another process has moved it.
 */
type Step = (runtime: Runtime, asset: Asset, job: RunningJob, slot: Slot | null) => Promise<Asset | null>

const STEPS: Partial<Record<Asset['state'], Step>> = {
  validating: passGate,
  analyzing: passProbe,
  promoting: makeAvailable,
}

/**
 * The job `rindle_promote`: continues from the asset's state until the asset is available or quarantined. Only a
 * verdict about the bytes quarantines; any other failure waits, without limit, until its cause is gone. Safe to run
 * twice, even at once: every step is a guarded transition, and the loser of a race reads the state again.
 */
export async function promote(runtime: Runtime, job: RunningJob): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  if (job.attempt === 1) announceCommitted(runtime, job.payload)
  const runId = runtime.newId()
  const run = { id: runId, jobId: job.id, assetId, variantName: null, attempt: job.attempt }
  const begun = await beginPromotion(runtime, run)
  try {
    const rejection = begun === null ? null : await runSteps(runtime, begun, job)
    await finishRuns(runtime.database, [runId], rejection === null ? 'succeeded' : 'failed', rejection)
  } catch (error) {
    await waitOrRetry(runtime, job, { assetId, runId }, error)
  }
}

async function runSteps(runtime: Runtime, begun: Beginning, job: RunningJob): Promise<Rejection | null> {
  const { id: assetId } = begun.asset
  let moved: Asset | null = begun.asset
  for (;;) {
    job.signal.throwIfAborted()
    const asset: Asset | null = moved ?? (await assetById(runtime, assetId))
    const step: Step | undefined = asset === null ? undefined : STEPS[asset.state]
    if (asset === null || step === undefined) return null
    try {
      moved = await step(runtime, asset, job, begun.slot)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      assertMayReject(runtime, asset, job, error)
      // Does nothing about an object in staging once another job has moved the upload on.
      if (await quarantine(runtime, asset, error)) {
        runtime.logger.warn({ assetId, code: error.reason }, `The asset is quarantined. ${error.message}`)
        return error
      }
      moved = null
    }
  }
}

/** An older worker must not refuse a file that a newer process has accepted and may know better. */
function assertMayReject(runtime: Runtime, asset: Asset, job: RunningJob, { reason, message }: Rejection): void {
  const lacks = lacksFor(runtime, asset, job)
  if (lacks.length > 0) throw newerWorkerNeeded(asset, lacks, `This worker would refuse it (${reason}: ${message})`)
}
