import type { JsonObject } from '../domain/errors.ts'
import { deletionKey } from '../domain/queues.ts'
import type { JobRequest } from '../ports/jobs.ts'
import { payloadText } from '../rows/payload-text.ts'
import type { Runtime } from '../runtime.ts'
import { inTransaction } from '../unit-of-work.ts'
import { lockAsset } from '../variants/lock-asset.ts'

/** One object that goes when its URLs have expired. A type, because payloads are plain JSON. */
export type DelayedDeletion = {
  readonly assetId: string
  readonly storage: string
  readonly storageKey: string
}

/** What a job's payload says of the object. */
export function delayedDeletion(payload: JsonObject): DelayedDeletion {
  return {
    assetId: payloadText(payload, 'assetId'),
    storage: payloadText(payload, 'storage'),
    storageKey: payloadText(payload, 'storageKey'),
  }
}

/** The job that deletes an object after a delay; in the queue of the purges. Pure. */
export function deletionAfter(delaySeconds: number, payload: DelayedDeletion): JobRequest {
  return { queue: 'rindle_purge', key: deletionKey(payload.assetId, payload.storageKey), payload, delaySeconds }
}

/** A storage that is away for longer than a job is tried gets the deletion again, until it has done it. */
export async function deletionDied(runtime: Runtime, payload: JsonObject): Promise<void> {
  const { assetId } = delayedDeletion(payload)
  const request = { ...deletionAfter(RETRY_SECONDS, delayedDeletion(payload)), payload }
  await inTransaction(runtime, undefined, async (unit) => {
    await lockAsset(unit, assetId)
    unit.enqueue(request)
  })
  const fields = { assetId, code: 'deletion_failed' }
  runtime.logger.warn(fields, 'An object could not be deleted after its URLs had expired; tried again in an hour.')
}

const RETRY_SECONDS = 3_600
