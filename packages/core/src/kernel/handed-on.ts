import { backOffSeconds } from '../domain/back-off.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { Failure } from '../domain/failures.ts'
import type { DeadJob, JobRequest } from '../ports/jobs.ts'

/** The field of a payload that counts how often its work was handed on to a new job. */
const COUNT = 'handedOn'
/** The field with events of the transaction that requested it; the first job has announced them. */
const ANNOUNCE = 'announce'

/**
 * Returns the job that continues work that met an outage or lacks something here: the same work under the same key,
 * with a delay that grows each time. Attempts restart, because neither failure says anything about them. Pure.
 */
export function handedOn({ queue, key, payload }: DeadJob, failure: Pick<Failure, 'kind'>): JobRequest {
  const times = timesHandedOn(payload)
  const { [ANNOUNCE]: _announced, ...rest } = payload
  return { queue, key, payload: { ...rest, [COUNT]: times + 1 }, delaySeconds: backOffSeconds(failure, times) }
}

/** Whether a job goes on with the work of another. Pure. */
export function isHandedOn({ payload }: Pick<DeadJob, 'payload'>): boolean {
  return timesHandedOn(payload) > 0
}

function timesHandedOn({ [COUNT]: times }: JsonObject): number {
  return typeof times === 'number' && Number.isSafeInteger(times) && times > 0 ? times : 0
}
