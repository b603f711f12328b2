import { lockAsset } from '../assets/lock.ts'
import type { Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { payloadText } from '../kernel/payload-text.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction } from '../kernel/unit-of-work.ts'
import type { DeadJob } from '../ports/jobs.ts'
import { waitForPromotion } from '../promotion/wait.ts'
import { variantsOf } from '../variants/read.ts'
import { transitionVariants } from '../variants/transition.ts'
import { handOnVariants } from '../variants/wait.ts'
import { endDeadRun } from './maintenance-runs.ts'

/**
 * Handles a job whose worker died on its last attempt. The death says nothing about its variants: decoders and encoders
 * run in processes of their own, and report their ends by name. The variants go back to `queued`, and a new job
 * continues with them and with all others of their class, which may have relied on this job.
 */
export async function variantsDied(
  runtime: Runtime,
  job: DeadJob,
  belongs: (variant: Variant) => boolean,
): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  await inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return
    const lost = (await variantsOf(unit, assetId)).filter(
      (variant) => belongs(variant) && variant.state === 'processing' && variant.jobId === job.id,
    )
    await transitionVariants(runtime, unit, asset, lost, 'queued')
  })
  const message = 'Every worker that tried to make it died, or could not report the result.'
  await handOnVariants(runtime, job, assetId, belongs, failureOf(new RindleError('worker_died', message)))
}

/**
 * Handles a promote job whose worker died on its last attempt: that says nothing about the file, so a new job
 * continues.
 */
export async function promoteDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const message = 'Every worker that tried to promote it died, or could not report the result.'
  const assetId = payloadText(job.payload, 'assetId')
  await waitForPromotion(runtime, job, assetId, failureOf(new RindleError('worker_died', message)))
}

/** Handles a scheduled verb that failed at every attempt: the schedule starts it again. */
export async function maintenanceDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  await endDeadRun(runtime, task)
  runtime.logger.error(
    { task, code: 'maintenance_failed' },
    'Scheduled maintenance failed at every attempt; run the verb by hand.',
  )
}
