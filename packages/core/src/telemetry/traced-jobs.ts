import type { JsonObject } from '../domain/errors.ts'
import type { JobRequest, JobsAdapter, WorkerRegistration } from '../ports/jobs.ts'
import type { Telemetry, TraceContext } from '../ports/telemetry.ts'

/** The field of a job's payload for the span that requested it. */
const CARRIER = 'trace'

/** Wraps a jobs adapter with a span around each job, which continues the trace of the request in any process. */
export function tracedJobs(adapter: JobsAdapter, telemetry: Telemetry): JobsAdapter {
  const enqueueWith = adapter.enqueueWith?.bind(adapter)
  return {
    name: adapter.name,
    capabilities: adapter.capabilities,
    connect: (context) => adapter.connect(context),
    start: () => adapter.start(),
    stop: () => adapter.stop(),
    enqueue: (requests, tx) => adapter.enqueue(carrying(requests, telemetry.context()), tx),
    ...(enqueueWith === undefined
      ? {}
      : {
          enqueueWith: (request, rows, sql) => {
            const [carried = request] = carrying([request], telemetry.context())
            return enqueueWith(carried, rows, sql)
          },
        }),
    cancel: (queue, keys, tx) => adapter.cancel(queue, keys, tx),
    work: (registrations, options) =>
      adapter.work(
        registrations.map((registration) => traced(registration, telemetry)),
        options,
      ),
    findLive: (queue, keys) => adapter.findLive(queue, keys),
    counts: () => adapter.counts(),
    schedule: (name, cron, request) => adapter.schedule(name, cron, request),
    unschedule: (name, queue) => adapter.unschedule(name, queue),
    schedules: () => adapter.schedules(),
    diagnose: (context) => adapter.diagnose(context),
  }
}

function carrying(requests: readonly JobRequest[], context: TraceContext | null): readonly JobRequest[] {
  if (context === null) return requests
  return requests.map((request) => ({ ...request, payload: { ...request.payload, [CARRIER]: context } }))
}

function traced(
  { queue, concurrency, handle, handleDead }: WorkerRegistration,
  telemetry: Telemetry,
): WorkerRegistration {
  return {
    queue,
    concurrency,
    handle: (job) => {
      const attributes = { ...attributesOf(job.payload), 'rindle.job.id': job.id, 'rindle.job.attempt': job.attempt }
      const options = { kind: 'consumer', attributes, parent: parentOf(job.payload) } as const
      return telemetry.span(`${queue} process`, options, () => handle(job))
    },
    handleDead: (job) => {
      const attributes = { ...attributesOf(job.payload), 'rindle.job.id': job.id }
      const options = { kind: 'consumer', attributes, parent: parentOf(job.payload) } as const
      return telemetry.span(`${queue} give up`, options, () => handleDead(job))
    },
  }
}

function parentOf(payload: JsonObject): TraceContext | undefined {
  const carried = payload[CARRIER]
  return typeof carried === 'object' && carried !== null ? (carried as TraceContext) : undefined
}

function attributesOf({ assetId, class: workClass, task }: JsonObject): Readonly<Record<string, string>> {
  return {
    ...(typeof assetId === 'string' ? { 'rindle.asset.id': assetId } : {}),
    ...(typeof workClass === 'string' ? { 'rindle.job.class': workClass } : {}),
    ...(typeof task === 'string' ? { 'rindle.job.task': task } : {}),
  }
}
