import type { JsonObject } from '../domain/errors.ts'
import { deletionKey } from '../domain/queues.ts'
import { payloadText } from '../kernel/payload-text.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** One object to delete when its URLs have expired. A type alias, because payloads are plain JSON. */
export type DelayedDeletion = {
  readonly assetId: string
  readonly storage: string
  readonly storageKey: string
}

/** Reads the object from a job's payload. */
export function delayedDeletion(payload: JsonObject): DelayedDeletion {
  return {
    assetId: payloadText(payload, 'assetId'),
    storage: payloadText(payload, 'storage'),
    storageKey: payloadText(payload, 'storageKey'),
  }
}

/** The job that deletes an object after a delay; on the purge queue. Pure. */
export function deletionAfter(delaySeconds: number, payload: DelayedDeletion): JobRequest {
  return { queue: 'rindle_purge', key: deletionKey(payload.assetId, payload.storageKey), payload, delaySeconds }
}
