import type { Runtime } from '../kernel/runtime.ts'
import { isTold } from '../kernel/told.ts'
import type { DeadJob, RunningJob, WorkerRegistration } from '../ports/jobs.ts'
import { errorFields, type LogFields } from '../ports/logger.ts'

type Handlers = Pick<WorkerRegistration, 'handle' | 'handleDead'>

/**
 * The same handlers, which tell the log of each attempt that fails, once: the queue says nothing of it. What a job does
 * after it was cancelled, or given back by a worker that stops, says nothing about its work.
 */
export function tellingAttempts({ logger }: Runtime, { handle, handleDead }: Handlers): Handlers {
  return {
    handle: async (job) => {
      try {
        await handle(job)
      } catch (error) {
        if (!isTold(error) && !job.signal.aborted) {
          logger.warn({ ...factsOf(job), attempt: job.attempt, ...errorFields(error) }, 'An attempt of a job failed.')
        }
        throw error
      }
    },
    handleDead: async (job) => {
      try {
        await handleDead(job)
      } catch (error) {
        logger.warn({ ...factsOf(job), ...errorFields(error) }, 'The end of a job could not be recorded.')
        throw error
      }
    },
  }
}

/** Every payload but that of maintenance names an asset. */
function factsOf({ id, queue, payload }: RunningJob | DeadJob): LogFields {
  const { assetId } = payload
  return { ...(assetId === undefined ? {} : { assetId }), queue, jobId: id }
}
