import { deleteMoved } from '../assets/moved-objects.ts'
import { purge } from '../assets/purge.ts'
import { relocate } from '../assets/relocate.ts'
import { isRelocationPayload } from '../assets/relocation.ts'
import type { Variant } from '../domain/entities.ts'
import { type JsonObject, RindleError } from '../domain/errors.ts'
import { QUEUE_NAMES, type QueueName } from '../domain/queues.ts'
import { deliverEvents, deliveriesDied } from '../hooks/deliver.ts'
import { endDeadRuns } from '../kernel/processing-runs.ts'
import type { RunningWorkers } from '../kernel/running-workers.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { followChanges } from '../mirrors/follow-changes.ts'
import type { DeadJob, RunningJob, WorkerRegistration } from '../ports/jobs.ts'
import { promote } from '../promotion/promote.ts'
import { extractSubtitles } from '../tracks/extract-subtitles.ts'
import { isSubtitlesPayload } from '../tracks/subtitles-request.ts'
import { endUploads } from '../uploads/end-uploads.ts'
import { fetchUpload } from '../uploads/fetched/fetch-upload.ts'
import { handOnFetch } from '../uploads/fetched/settle-fetch.ts'
import { deleteLateArrival } from '../uploads/late-arrival.ts'
import { processVariants } from '../variants/making/process.ts'
import { deleteReplacedObject } from '../variants/replaced-object.ts'
import { handOnVariants } from '../variants/wait.ts'
import { maintenanceDied, promoteDied, variantsDied } from './dead-jobs.ts'
import { defaultConcurrency } from './default-concurrency.ts'
import { handOnJob, newerJob, untilDone, workerDied } from './hand-on-job.ts'
import { startWorkers, workersAlike } from './start-workers.ts'
import { tellingAttempts } from './tell-attempts.ts'

/** Options of {@link work}. */
export interface WorkOptions {
  /**
   * The queues to serve. This machine must be able to serve every named queue: `setup_incomplete`.
   * @default all that this machine can serve, the others as soon as it can
   */
  readonly queues?: readonly QueueName[]
  /** Jobs at once in this process, by queue. @default fetch 4, promote 5, process one more than cores, media 1, purge 2, maintenance 1, events 5 */
  readonly concurrency?: Partial<Readonly<Record<QueueName, number>>>
}

/** A worker's handling of one job. */
export type Work = (runtime: Runtime, job: RunningJob) => Promise<void>

type Handlers = Pick<WorkerRegistration, 'handle' | 'handleDead'>

/**
 * Starts workers in this process. They take jobs until `stop()`, which waits for the running ones. A queue for which
 * this machine can make nothing, because FFmpeg or sharp is missing, is left to other workers, unless it was named:
 * then `setup_incomplete` names the missing part. Safe to repeat: the same call gets the workers that run already.
 * `invalid_input` for an unknown queue, `conflict` for one that other workers of this instance serve.
 */
export async function work(runtime: Runtime, options: WorkOptions, maintain: Work): Promise<RunningWorkers> {
  const registrations = registrationsFor(runtime, options, maintain)
  const plan = { registrations, isExplicit: options.queues !== undefined }
  return workersAlike(runtime, plan) ?? startWorkers(runtime, plan)
}

/** The handlers of these queues, in the form that a jobs adapter takes. `invalid_input` for an unknown queue. */
export function registrationsFor(
  runtime: Runtime,
  options: WorkOptions,
  maintain: Work,
): readonly WorkerRegistration[] {
  const handlers = handlersOf(runtime, maintain)
  const queues = options.queues ?? QUEUE_NAMES
  const unknown = queues.filter((queue) => !QUEUE_NAMES.includes(queue))
  if (unknown.length > 0) {
    throw new RindleError(
      'invalid_input',
      `Unknown queues: ${unknown.join(', ')}. The queues are: ${QUEUE_NAMES.join(', ')}.`,
    )
  }
  return queues.map((queue) => ({
    queue,
    concurrency: options.concurrency?.[queue] ?? defaultConcurrency(queue),
    ...tellingAttempts(runtime, endingDeadRuns(runtime, leavingNewer(runtime, handlers[queue]))),
  }))
}

/** Wraps handlers: jobs that this version does not know are left to newer workers. */
function leavingNewer(runtime: Runtime, { handle, handleDead }: Handlers): Handlers {
  return {
    handle: (job) => (isKnownJob(job.queue, job.payload) ? handle(job) : leaveNewer(runtime, job)),
    handleDead: (job) => (isKnownJob(job.queue, job.payload) ? handleDead(job) : leaveNewer(runtime, job)),
  }
}

/** Even an unknown class of work names its asset, and so the variants that wait. */
function leaveNewer(runtime: Runtime, job: DeadJob): Promise<void> {
  const failure = newerJob(job)
  const { assetId } = job.payload
  const isOfVariants = job.queue === 'rindle_process' || job.queue === 'rindle_media'
  if (!isOfVariants || typeof assetId !== 'string') return handOnJob(runtime, job, failure)
  return handOnVariants(runtime, job, assetId, () => false, failure)
}

/** Wraps handlers: the open runs of earlier attempts, whose workers died, are ended first. */
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

/** The queue for purges also carries moves into the trash, other deletions of objects, and what mirrors follow. */
function purgeWork({ payload }: RunningJob): Work {
  if (isRelocationPayload(payload)) return relocate
  if ('moved' in payload) return deleteMoved
  if ('mirrorsOf' in payload) return followChanges
  if ('variantName' in payload) return deleteReplacedObject
  return 'storageKey' in payload ? deleteLateArrival : (runtime, job) => purge(runtime, job, endUploads)
}

function handlersOf(runtime: Runtime, maintain: Work): Readonly<Record<QueueName, Handlers>> {
  const ofClass =
    ({ payload }: RunningJob | DeadJob) =>
    ({ workClass }: Variant): boolean =>
      workClass === payload['class']
  const variants: Handlers = {
    handle: (job) => processVariants(runtime, job, ofClass(job)),
    handleDead: (job) => variantsDied(runtime, job, ofClass(job)),
  }
  const media: Handlers = {
    handle: (job) =>
      isSubtitlesPayload(job.payload)
        ? untilDone(runtime, job, (held) => extractSubtitles(runtime, held))
        : variants.handle(job),
    handleDead: (job) =>
      isSubtitlesPayload(job.payload) ? handOnJob(runtime, job, workerDied(job)) : variants.handleDead(job),
  }
  return {
    rindle_fetch: {
      handle: (job) => fetchUpload(runtime, job),
      handleDead: (job) => handOnFetch(runtime, job, workerDied(job)),
    },
    rindle_promote: {
      handle: (job) => promote(runtime, job),
      handleDead: (job) => promoteDied(runtime, job),
    },
    rindle_process: variants,
    rindle_media: media,
    rindle_purge: {
      handle: (job) => untilDone(runtime, job, (held) => purgeWork(held)(runtime, held)),
      handleDead: (job) => handOnJob(runtime, job, workerDied(job)),
    },
    rindle_maintenance: {
      handle: (job) => maintain(runtime, job),
      handleDead: (job) => maintenanceDied(runtime, job),
    },
    rindle_events: {
      handle: (job) => deliverEvents(runtime, job),
      handleDead: (job) => deliveriesDied(runtime, job),
    },
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const namesAsset = ({ assetId }: JsonObject): boolean => isText(assetId)
const namesVariants = ({ assetId, class: workClass }: JsonObject): boolean => isText(assetId) && isText(workClass)

const namesAssetOrObject = ({ assetId, storageKey = '' }: JsonObject): boolean => isText(assetId) && isText(storageKey)

const KNOWN: Readonly<Record<QueueName, (payload: JsonObject) => boolean>> = {
  rindle_fetch: ({ assetId, sessionId }) => isText(assetId) && isText(sessionId),
  rindle_promote: namesAsset,
  rindle_process: namesVariants,
  rindle_media: (payload) => namesVariants(payload) || isSubtitlesPayload(payload),
  rindle_purge: (payload) =>
    isRelocationPayload(payload) ||
    payload['moved'] === true ||
    isText(payload['mirrorsOf']) ||
    namesAssetOrObject(payload),
  rindle_maintenance: ({ task }) => isText(task),
  rindle_events: ({ target, assetId = '' }) => isText(target) && isText(assetId),
}

/**
 * Whether this version knows a job's work. A newer version may add work to a queue; during a rolling deployment an
 * older worker leaves that to it. Pure.
 */
function isKnownJob(queue: QueueName, payload: JsonObject): boolean {
  return KNOWN[queue](payload)
}
