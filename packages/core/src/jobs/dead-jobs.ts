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
 * A job whose worker died on its last attempt. That says nothing about the variants it held: decoders and encoders run
 * in processes of their own, whose ends are told by name. They go back to `queued`, and a new job goes on with them and
 * with all others of their class, which may have relied on this job.
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
  const message = 'Every worker that made it has died, or could not say what came of it.'
  await handOnVariants(runtime, job, assetId, belongs, failureOf(new RindleError('worker_died', message)))
}

/** A promote job whose worker died on its last attempt: that says nothing about the file, so a new job goes on. */
export async function promoteDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const message = 'Every worker that promoted it has died, or could not say what came of it.'
  const assetId = payloadText(job.payload, 'assetId')
  await waitForPromotion(runtime, job, assetId, failureOf(new RindleError('worker_died', message)))
}

/** A scheduled verb that failed at every attempt: the next time comes by itself. */
export async function maintenanceDied(runtime: Runtime, job: DeadJob): Promise<void> {
  const task = payloadText(job.payload, 'task')
  await endDeadRun(runtime, task)
  runtime.logger.error(
    { task, code: 'maintenance_failed' },
    'Scheduled maintenance failed for good; run the verb by hand.',
  )
}
