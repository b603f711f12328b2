import { assetById } from '../attachments/read.ts'
import type { Asset } from '../domain/entities.ts'
import { isRindleError, type RindleError } from '../domain/errors.ts'
import { promoteKey } from '../domain/queues.ts'
import type { DeadJob, RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import { payloadText } from '../rows/payload-text.ts'
import { finishRuns, handOn, isHandedOn, startRuns } from '../runs/processing-run.ts'
import type { Runtime } from '../runtime.ts'
import { announceCommitted, inTransaction, type UnitOfWork } from '../unit-of-work.ts'
import { lockAsset } from '../variants/lock-asset.ts'
import { makeAvailable } from './make-available.ts'
import { passGate } from './pass-gate.ts'
import { passProbe } from './pass-probe.ts'
import { quarantine } from './quarantine.ts'
import { Rejection } from './rejection.ts'

/**
 * One step of the promotion: does its work outside of transactions, moves the asset on and returns it as it is then, or
 * `null` when somebody else has moved it.
 */
type Step = (runtime: Runtime, asset: Asset, job: RunningJob) => Promise<Asset | null>

const STEPS: Partial<Record<Asset['state'], Step>> = {
  validating: passGate,
  analyzing: passProbe,
  promoting: makeAvailable,
}

/**
 * The job `rindle_promote`: looks at the asset's state and goes on from there, until it is available or quarantined.
 * Safe to run twice, and twice at once: every step is a guarded transition, and who loses the race reads the state
 * again.
 */
export async function promote(runtime: Runtime, job: RunningJob): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  if (job.attempt === 1) announceCommitted(runtime, job.payload)
  const runId = runtime.newId()
  await startRuns(runtime, runtime.database, [
    { id: runId, jobId: job.id, assetId, variantName: null, attempt: job.attempt },
  ])
  try {
    const rejection = await runSteps(runtime, assetId, job)
    await finishRuns(runtime.database, [runId], rejection === null ? 'succeeded' : 'failed', rejection)
  } catch (error) {
    await finishRuns(runtime.database, [runId], job.signal.aborted ? 'cancelled' : 'failed', reasonOf(error))
    const isFinal = job.isLastAttempt || (isRindleError(error) && !error.retryable)
    // A worker that is being stopped gives the job back; that says nothing about the file.
    if (!isFinal || job.signal.aborted) throw error
    if (isOutage(error) && (await beginAgain(runtime, assetId, runId, error))) return
    // No job will come again for this asset, so it may not stay in a state that waits for one.
    const reason = `promotion_failed:${reasonOf(error)}`
    if (!(await quarantine(runtime, assetId, reason))) return
    runtime.logger.error(
      { assetId, ...errorFields(error), code: reason },
      'The promotion failed for good; the asset is quarantined.',
    )
  }
}

/**
 * A promote job whose worker died on its last attempt: nothing waits for a job that will never come. When another job
 * has taken over by then, that one decides.
 */
export async function promoteDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  const reason = 'promotion_failed:worker_died'
  const isCurrent = async (_asset: Asset, unit: UnitOfWork): Promise<boolean> =>
    !(await isHandedOn(unit, assetId, job.id))
  if (!(await quarantine(runtime, assetId, reason, isCurrent))) return
  runtime.logger.warn({ assetId, code: reason }, 'The asset is quarantined. Every worker that promoted it has died.')
}

/** How long an outage may last before uploads that met it are given up. */
const OUTAGE_PATIENCE_MS = 24 * 60 * 60 * 1_000

/** An error that is not retried leaves at once, and would be back at once. */
const DENIED_DELAY_SECONDS = 60

/**
 * What says nothing about the file, and passes: the same upload will go through when the outage is over, or the
 * credentials are right again.
 */
function isOutage(error: unknown): error is RindleError {
  return OUTAGES.some((code) => isRindleError(error, code))
}

const OUTAGES = ['storage_unavailable', 'storage_denied', 'database_unavailable', 'insufficient_disk'] as const

/**
 * A quarantine is for ever, so an upload is not lost to an outage of minutes: a new job, with new attempts, takes over,
 * and the run says so, for the old job may yet be taken for dead. `false` when the upload has waited too long, or is not
 * in promotion any more.
 */
async function beginAgain(runtime: Runtime, assetId: string, runId: string, outage: RindleError): Promise<boolean> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null || STEPS[asset.state] === undefined) return false
    if (runtime.now().getTime() - asset.createdAt.getTime() > OUTAGE_PATIENCE_MS) return false
    await handOn(unit, runId)
    const delaySeconds = outage.retryable ? 0 : DENIED_DELAY_SECONDS
    unit.enqueue({ queue: 'rindle_promote', key: promoteKey(assetId), payload: { assetId }, delaySeconds })
    return true
  })
}

async function runSteps(runtime: Runtime, assetId: string, job: RunningJob): Promise<string | null> {
  let moved: Asset | null = null
  for (;;) {
    job.signal.throwIfAborted()
    const asset: Asset | null = moved ?? (await assetById(runtime, assetId))
    const step: Step | undefined = asset === null ? undefined : STEPS[asset.state]
    if (asset === null || step === undefined) return null
    try {
      moved = await step(runtime, asset, job)
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      // Not for what lies in staging once another job has taken the upload from there.
      const isSameUpload = ({ storageKey }: Asset): boolean => storageKey === asset.storageKey
      if (await quarantine(runtime, assetId, error.reason, isSameUpload)) {
        runtime.logger.warn({ assetId, code: error.reason }, `The asset is quarantined. ${error.message}`)
        return error.reason
      }
      moved = null
    }
  }
}

function reasonOf(error: unknown): string {
  if (isRindleError(error)) return error.code
  return error instanceof Error ? error.name : 'unknown'
}
