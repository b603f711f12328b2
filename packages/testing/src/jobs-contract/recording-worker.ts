import type { JobsAdapter, QueueName } from '@rindle/core'
import type { DeadJob, JobRequest, RunningJob, WorkerRegistration, Workers } from '@rindle/core/adapter'
import type { JobsSubject } from './contract-case.ts'

/** A queue of three attempts that most cases use. */
export const QUEUE: QueueName = 'rindle_promote'

/** A job for {@link QUEUE} whose payload names its key. */
export function jobFor(key: string): JobRequest {
  return { queue: QUEUE, key, payload: { key } }
}

/** Enqueues jobs in a transaction that commits. */
export function enqueue(
  { adapter, transaction }: JobsSubject,
  ...requests: readonly JobRequest[]
): Promise<readonly (string | null)[]> {
  return transaction((tx) => adapter.enqueue(requests, tx))
}

/** A worker of {@link QUEUE} that records its jobs. */
export interface RecordingWorker extends WorkerRegistration {
  readonly handled: RunningJob[]
  readonly died: DeadJob[]
  /** The keys of the jobs handled, in order. */
  keys(): readonly unknown[]
}

/** How a {@link RecordingWorker} handles its jobs; by default it does nothing. */
export interface RecordingWorkerOptions {
  readonly queue?: QueueName
  readonly concurrency?: number
  readonly handle?: (job: RunningJob) => Promise<void>
  readonly handleDead?: (job: DeadJob) => Promise<void>
}

export function recordingWorker(options: RecordingWorkerOptions = {}): RecordingWorker {
  const handled: RunningJob[] = []
  const died: DeadJob[] = []
  return {
    handled,
    died,
    keys: () => handled.map(({ payload }) => payload['key']),
    queue: options.queue ?? QUEUE,
    concurrency: options.concurrency ?? 1,
    handle: async (job) => {
      handled.push(job)
      await options.handle?.(job)
    },
    handleDead: async (job) => {
      died.push(job)
      await options.handleDead?.(job)
    },
  }
}

/** Runs `check` while these workers work, and stops them without patience afterwards. */
export async function whileWorking(
  adapter: JobsAdapter,
  registrations: readonly WorkerRegistration[],
  check: (workers: Workers) => Promise<void>,
): Promise<void> {
  const workers = await adapter.work(registrations)
  try {
    await check(workers)
  } finally {
    await workers.stop({ timeoutMs: 0 })
  }
}

/** A gate that handlers wait at. */
export interface Gate {
  readonly opened: Promise<void>
  open(): void
}

export function gate(): Gate {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** A handler's wait that only an abort ends, by rejecting with the signal's reason. */
export function untilAborted({ signal }: Pick<RunningJob, 'signal'>): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason as Error)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
