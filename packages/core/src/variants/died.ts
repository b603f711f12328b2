import type { Variant } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { failureOf } from '../domain/failures.ts'
import { assertTransition } from '../domain/transitions.ts'
import { NOTIFY_VARIANT } from '../events/changes.ts'
import type { DeadJob } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { variantsOf } from './aggregate.ts'
import { lockAsset } from './lock-asset.ts'
import { emitVariantState } from './variant-events.ts'
import { handOnVariants } from './wait.ts'

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
    for (const variant of lost) assertTransition('variant', variant.state, 'queued', variant.id)
    await unit.executeSql(
      `update rindle.media_variants as variant set state = 'queued', updated_at = now()
       where id in (select value::uuid from jsonb_array_elements_text($1::jsonb)) and state = 'processing'
       returning ${NOTIFY_VARIANT}`,
      [JSON.stringify(lost.map(({ id }) => id))],
    )
    for (const { state } of lost) emitVariantState(runtime, unit, asset, state, 'queued')
  })
  const message = 'Every worker that made it has died, or could not say what came of it.'
  await handOnVariants(runtime, job, assetId, belongs, failureOf(new RindleError('worker_died', message)))
}
