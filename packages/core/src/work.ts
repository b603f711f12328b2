import { availableParallelism } from 'node:os'
import { deletionDied } from './assets/delayed-deletion.ts'
import { purge } from './attachments/purge.ts'
import type { Variant } from './domain/entities.ts'
import { RindleError } from './domain/errors.ts'
import { QUEUE_NAMES, QUEUES, type QueueName } from './domain/queues.ts'
import { workClass } from './domain/recipe-facts.ts'
import { maintain, maintenanceDied } from './operations/maintenance-job.ts'
import type { DeadJob, RunningJob, WorkerRegistration } from './ports/jobs.ts'
import { promote, promoteDied } from './promotion/promote.ts'
import { endDeadRuns } from './runs/processing-run.ts'
import type { Runtime } from './runtime.ts'
import { deleteLateArrival } from './uploads/late-arrival.ts'
import { variantsDied } from './variants/died.ts'
import { processVariants } from './variants/process.ts'
import { deleteReplacedObject } from './variants/replaced-object.ts'
import type { RunningWorkers } from './workers/running-workers.ts'
import { startWorkers } from './workers/start-workers.ts'

/** Options of {@link work}. */
export interface WorkOptions {
  /** Which queues to serve. @default all */
  readonly queues?: readonly QueueName[]
  /** Jobs at once in this process, by queue. @default promote 5, process as many as cores, media 1, purge 2, maintenance 1 */
  readonly concurrency?: Partial<Readonly<Record<QueueName, number>>>
}

type Handlers = Pick<WorkerRegistration, 'handle' | 'handleDead'>

/** Starts workers in this process. They take jobs until `stop()`, which waits for the jobs in hand. */
export async function work(runtime: Runtime, options: WorkOptions = {}): Promise<RunningWorkers> {
  const handlers = handlersOf(runtime)
  const queues = options.queues ?? QUEUE_NAMES
  const unknown = queues.filter((queue) => !QUEUE_NAMES.includes(queue))
  if (unknown.length > 0) {
    throw new RindleError(
      'invalid_input',
      `Unknown queues: ${unknown.join(', ')}. There are: ${QUEUE_NAMES.join(', ')}.`,
    )
  }
  return startWorkers(
    runtime,
    queues.map((queue) => ({
      queue,
      concurrency: options.concurrency?.[queue] ?? defaultConcurrency(queue),
      ...endingDeadRuns(runtime, handlers[queue]),
    })),
  )
}

/** The same handlers, which first write down how the attempts ended whose workers died. */
function endingDeadRuns(runtime: Runtime, { handle, handleDead }: Handlers): Handlers {
  return {
    handle: async (job) => {
      if (job.attempt > 1) await endDeadRuns(runtime.database, job.id)
      await handle(job)
    },
    handleDead: async (job) => {
      await endDeadRuns(runtime.database, job.id)
      await handleDead(job)
    },
  }
}

/** The queue of the purges also has the deletions of single objects. */
function purgeWork({ payload }: RunningJob): (runtime: Runtime, job: RunningJob) => Promise<void> {
  if ('variantName' in payload) return deleteReplacedObject
  return 'storageKey' in payload ? deleteLateArrival : purge
}

function defaultConcurrency(queue: QueueName): number {
  const { concurrency } = QUEUES[queue]
  return concurrency === 'cores' ? availableParallelism() : concurrency
}

function handlersOf(runtime: Runtime): Readonly<Record<QueueName, Handlers>> {
  const ofClass =
    ({ payload }: RunningJob | DeadJob) =>
    ({ recipe }: Variant): boolean =>
      workClass(recipe) === payload['class']
  const variants: Handlers = {
    handle: (job) => processVariants(runtime, job, ofClass(job)),
    handleDead: (job) => variantsDied(runtime, job, ofClass(job)),
  }
  return {
    rindle_promote: {
      handle: (job) => promote(runtime, job),
      handleDead: (job) => promoteDied(runtime, job),
    },
    rindle_process: variants,
    rindle_media: variants,
    rindle_purge: {
      handle: (job) => purgeWork(job)(runtime, job),
      handleDead: async (job) => {
        if ('storageKey' in job.payload) return deletionDied(runtime, job.payload)
        // The asset stays `deleted`, so nothing of it is delivered; its rows say that objects may be left.
        const fields = { assetId: job.payload['assetId'], code: 'purge_failed' }
        runtime.logger.error(fields, 'A purge failed for good; its objects may be left.')
      },
    },
    rindle_maintenance: {
      handle: (job) => maintain(runtime, job),
      handleDead: (job) => maintenanceDied(runtime, job),
    },
  }
}
