import { lockAsset } from '../assets/lock.ts'
import type { Variant } from '../domain/entities.ts'
import type { Failure } from '../domain/failures.ts'
import { handedOn } from '../kernel/handed-on.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { DeadJob } from '../ports/jobs.ts'
import { isMaker, makerOf } from './maker.ts'
import { variantsOf } from './read.ts'

/**
 * Hands the work of a job on to a new one, with a delay that grows each time, as long as variants wait for it: after an
 * outage, or when this process lacks something. The variants stay `queued`, and their asset keeps its state.
 */
export async function handOnVariants(
  runtime: Runtime,
  job: DeadJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
  failure: Failure,
): Promise<void> {
  const isNews = await inTransaction(runtime, undefined, async (unit) => {
    if ((await lockAsset(unit, assetId)) === null) return false
    const waiting = (await variantsOf(unit, assetId)).filter(
      (variant) => variant.state === 'queued' && belongs(variant),
    )
    if (waiting.length === 0) return false
    unit.enqueue(handedOn(job, failure))
    // A variant with its own reason keeps it.
    const unnoted = waiting.filter(({ waitingSince }) => waitingSince === null)
    const reasons = unnoted.map((variant) => {
      const maker = makerOf(runtime.processors, variant)
      return { id: variant.id, ...(isMaker(maker) ? failure : maker) }
    })
    await noteVariantsWaiting(unit, reasons)
    return unnoted.length > 0
  })
  if (!isNews) return
  const { reason, message } = failure
  runtime.logger.warn({ assetId, code: reason }, `Variants wait until the cause is gone. ${message}`)
}

/** Why a variant waits. */
type Waiting = Pick<Failure, 'reason' | 'message'> & Pick<Variant, 'id'>

async function noteVariantsWaiting(unit: UnitOfWork, waiting: readonly Waiting[]): Promise<void> {
  if (waiting.length === 0) return
  await unit.executeSql(
    `update rindle.media_variants as variant
     set waiting_since = now(), error_reason = given.reason, error_message = given.message, updated_at = now()
     from jsonb_to_recordset($1::jsonb) as given(id uuid, reason text, message text)
     where variant.id = given.id and variant.state = 'queued'`,
    [JSON.stringify(waiting)],
  )
}
