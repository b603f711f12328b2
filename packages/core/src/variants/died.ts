import type { Variant } from '../domain/entities.ts'
import { assertTransition } from '../domain/transitions.ts'
import { NOTIFY_VARIANT } from '../events/changes.ts'
import type { DeadJob } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { applyAggregate, variantsOf } from './aggregate.ts'
import { lockAsset } from './lock-asset.ts'
import { jobsFor } from './plan.ts'
import { emitVariantState } from './variant-events.ts'

/**
 * A job whose worker died on its last attempt: the variants it held fail. Others of its class that wait, because their
 * request met this job while it was still waiting and relied on it, get a job of their own.
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
    const waiting = (await variantsOf(unit, assetId)).filter(
      (variant) => belongs(variant) && (variant.state === 'queued' || variant.state === 'processing'),
    )
    const lost = waiting.filter((variant) => variant.jobId === job.id)
    for (const variant of lost) assertTransition('variant', variant.state, 'failed', variant.id)
    await unit.executeSql(
      `update rindle.media_variants as variant
       set state = 'failed', error_reason = 'worker_died', updated_at = now()
       where id in (select value::uuid from jsonb_array_elements_text($1::jsonb))
       returning ${NOTIFY_VARIANT}`,
      [JSON.stringify(lost.map(({ id }) => id))],
    )
    for (const { state } of lost) emitVariantState(runtime, unit, asset, state, 'failed')
    await applyAggregate(runtime, unit, asset, await variantsOf(unit, assetId))
    const stranded = waiting.filter((variant) => variant.state === 'queued' && variant.jobId !== job.id)
    for (const request of jobsFor(assetId, stranded)) unit.enqueue(request)
  })
}
