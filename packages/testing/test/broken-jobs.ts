import type { JobsAdapter } from '@rindle/core'
import type { JobRequest, RunningJob, WorkerRegistration } from '@rindle/core/adapter'

/** One way to break the jobs port, and the case of the contract that must notice. */
export interface JobsBreakage {
  readonly caseName: string
  readonly how: string
  readonly breaks: (good: JobsAdapter) => Partial<JobsAdapter>
}

/** Enqueues the remaining requests; the others get `null`. */
function admitting(
  good: JobsAdapter,
  isAdmitted: (request: JobRequest) => boolean | Promise<boolean>,
): Partial<JobsAdapter> {
  return {
    enqueue: async (requests, tx) => {
      const ids: (string | null)[] = []
      for (const request of requests) {
        ids.push((await isAdmitted(request)) ? ((await good.enqueue([request], tx))[0] ?? null) : null)
      }
      return ids
    },
  }
}

function onceForEver(): (request: JobRequest) => boolean {
  const seen = new Set<string>()
  return ({ queue, key }) => seen.size < seen.add(`${queue} ${key}`).size
}

function working(
  good: JobsAdapter,
  change: (registration: WorkerRegistration) => WorkerRegistration,
): Partial<JobsAdapter> {
  return { work: (registrations, options) => good.work(registrations.map(change), options) }
}

function handling(good: JobsAdapter, change: (job: RunningJob) => RunningJob): Partial<JobsAdapter> {
  return working(good, (registration) => ({ ...registration, handle: (job) => registration.handle(change(job)) }))
}

function stopping(good: JobsAdapter, stop: (goodStop: () => Promise<void>) => Promise<void>): Partial<JobsAdapter> {
  return {
    work: async (registrations, options) => {
      const workers = await good.work(registrations, options)
      return { ...workers, stop: () => stop(() => workers.stop({ timeoutMs: 0 })) }
    },
  }
}

const ignoresKeys = (good: JobsAdapter): Partial<JobsAdapter> => {
  let count = 0
  const unique = (request: JobRequest): JobRequest => {
    count += 1
    return { ...request, key: `${request.key}-${count}` }
  }
  return { enqueue: (requests, tx) => good.enqueue(requests.map(unique), tx) }
}

function throwsOnSecondCall(work: () => Promise<void>): () => Promise<void> {
  let calls = 0
  return async () => {
    calls += 1
    if (calls > 1) throw new Error('Called twice.')
    await work()
  }
}

const capabilityBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'has a name of low cardinality and only capabilities that exist',
    how: 'declares a capability of its own',
    breaks: () => ({ capabilities: new Set(['telepathy'] as never[]) }),
  },
  {
    caseName: 'may be started twice',
    how: 'can be started once',
    breaks: (good) => ({ start: throwsOnSecondCall(() => good.start()) }),
  },
  {
    caseName: 'checks itself, before and after its start, and says how to fix each problem',
    how: 'has nothing to say for itself',
    breaks: () => ({
      async *diagnose() {
        yield { id: 'jobs.schema', status: 'ok', summary: '' }
      },
    }),
  },
  {
    caseName: 'takes a schedule, the same one again, and its removal, also of an unknown one',
    how: 'declares schedules and refuses them',
    breaks: () => ({}),
  },
  {
    caseName: 'refuses a cron expression without five fields, or an invalid one, with invalid_input',
    how: 'takes any text for a cron expression',
    breaks: () => ({ schedule: async () => {} }),
  },
  {
    caseName: 'lists the schedules, with their next time and since when they hold',
    how: 'schedules nothing',
    breaks: () => ({ schedule: async () => {}, schedules: async () => [] }),
  },
  {
    caseName: 'refuses schedules with capability_unsupported when it does not declare schedule',
    how: 'forgets schedules',
    breaks: () => ({ schedules: async () => [] }),
  },
]

const keyBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'gives every job an id of its own, in the order of the requests',
    how: 'gives the ids in another order',
    breaks: (good) => ({ enqueue: async (requests, tx) => (await good.enqueue(requests, tx)).toReversed() }),
  },
  {
    caseName: 'admits one waiting job per key and answers null to the others, within one call and across calls',
    how: 'does not look at keys',
    breaks: ignoresKeys,
  },
  {
    caseName: 'takes bulk work after all other work of its queue',
    how: 'takes bulk work in its turn',
    breaks: (good) => ({
      enqueue: (requests, tx) =>
        good.enqueue(
          requests.map((request) => ({ ...request, isBulk: false })),
          tx,
        ),
    }),
  },
  {
    caseName: 'keeps the keys of different queues apart',
    how: 'has one space of keys for all queues',
    breaks: (good) => {
      const isNew = onceForEver()
      return admitting(good, (request) => isNew({ ...request, queue: 'rindle_promote' }))
    },
  },
  {
    caseName: 'admits a new job while one with its key runs',
    how: 'lets a running job swallow a request',
    breaks: (good) => admitting(good, async ({ queue, key }) => (await good.findLive(queue, [key])).size === 0),
  },
  {
    caseName: 'admits a new job when the one with its key is done',
    how: 'admits each key once for ever',
    breaks: (good) => admitting(good, onceForEver()),
  },
  {
    caseName: 'enqueues nothing when nothing is requested',
    how: 'makes a job of no request',
    breaks: (good) => ({
      enqueue: async (requests, tx) => {
        if (requests.length === 0) await good.enqueue([{ queue: 'rindle_purge', key: 'none', payload: {} }], tx)
        return good.enqueue(requests, tx)
      },
    }),
  },
  {
    caseName: 'refuses a queue that does not exist with invalid_input, and enqueues nothing of that call',
    how: 'ignores jobs for queues that do not exist',
    breaks: (good) => admitting(good, ({ queue }) => queue.startsWith('rindle_p')),
  },
]

const workBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'takes the jobs of one asset alone when asked to, and says when there are no more',
    how: 'takes those of all assets',
    breaks: (good) => ({ work: (registrations) => good.work(registrations) }),
  },
  {
    caseName: 'lets a delayed job wait that long, as a waiting job, and runs others meanwhile',
    how: 'does not wait',
    breaks: (good) => ({
      enqueue: (requests, tx) =>
        good.enqueue(
          requests.map((request) => ({ ...request, delaySeconds: 0 })),
          tx,
        ),
    }),
  },
  {
    caseName: 'hands over the requested job, as the first attempt',
    how: 'counts attempts from zero',
    breaks: (good) => handling(good, (job) => ({ ...job, attempt: job.attempt - 1 })),
  },
  {
    caseName: 'works jobs enqueued before the workers started and while they run',
    how: 'loses what comes before its workers',
    breaks: (good) => {
      let isWorking = false
      return {
        ...admitting(good, () => isWorking),
        work: (registrations) => {
          isWorking = true
          return good.work(registrations)
        },
      }
    },
  },
  {
    caseName: 'works a backlog with as many jobs at once as it may, never more, and each job once',
    how: 'works one job more at once than it may',
    breaks: (good) => working(good, (registration) => ({ ...registration, concurrency: registration.concurrency + 1 })),
  },
  {
    caseName: 'leaves the jobs of other queues alone',
    how: 'works other queues too',
    breaks: (good) => ({
      work: (registrations) => good.work(registrations.flatMap((one) => [{ ...one, queue: 'rindle_purge' }, one])),
    }),
  },
  {
    caseName: 'refuses a queue given twice, and a concurrency that is not a whole number from one, with invalid_input',
    how: 'takes any concurrency',
    breaks: (good) => working(good, (registration) => ({ ...registration, concurrency: 1 })),
  },
]

const failureBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'tries a rejected job again, counts the attempts, and says which is the last',
    how: 'never says that an attempt is the last',
    breaks: (good) => handling(good, (job) => ({ ...job, isLastAttempt: false })),
  },
  {
    caseName: 'is done with a job that succeeds on a later attempt',
    how: 'fails for ever what failed once',
    breaks: (good) =>
      working(good, (registration) => ({
        ...registration,
        handle: async (job) => {
          await registration.handle(job)
          if (job.attempt > 1) throw new Error('It failed before.')
        },
      })),
  },
  {
    caseName: 'works other jobs between the attempts of one that fails',
    how: 'repeats a job that fails on the spot',
    breaks: (good) =>
      working(good, (registration) => ({
        ...registration,
        handle: async (job) => {
          while (!job.signal.aborted) {
            if (await succeeds(() => registration.handle(job))) return
            await new Promise(setImmediate)
          }
        },
      })),
  },
  {
    caseName: 'hands a job whose attempts are used up to handleDead, under its own id',
    how: 'gives the id of the dead letter instead of the job',
    breaks: (good) =>
      working(good, (registration) => ({
        ...registration,
        handleDead: (job) => registration.handleDead({ ...job, id: 'letter' }),
      })),
  },
  {
    caseName: 'calls handleDead again when it rejects',
    how: 'calls handleDead once',
    breaks: (good) =>
      working(good, (registration) => ({
        ...registration,
        handleDead: async (job) => void (await succeeds(() => registration.handleDead(job))),
      })),
  },
  {
    caseName: 'counts a dead letter, and calls its key live, until it was handled',
    how: 'does not count dead letters',
    breaks: (good) => ({ counts: async () => (await good.counts()).map((count) => ({ ...count, dead: 0 })) }),
  },
]

async function succeeds(work: () => Promise<void>): Promise<boolean> {
  return work().then(
    () => true,
    () => false,
  )
}

const cancelBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'never runs a job that was cancelled while it waited, and runs the others',
    how: 'forgets to cancel',
    breaks: () => ({ cancel: async () => {} }),
  },
  {
    caseName: 'aborts a running job that is cancelled within a second, and does not try it again',
    how: 'does not tell the handler',
    breaks: () => ({ cancel: async () => {} }),
  },
  {
    caseName: 'cancels with the commit of the given transaction, and not at all when that rolls back',
    how: 'cancels outside of the transaction',
    breaks: () => ({}),
  },
  {
    caseName: 'admits a new job with the key of a cancelled one',
    how: 'admits each key once for ever',
    breaks: (good) => admitting(good, onceForEver()),
  },
  {
    caseName: 'ignores keys without a job when it cancels',
    how: 'wants a job to cancel',
    breaks: (good) => ({
      cancel: async (queue, keys) => {
        if ((await good.findLive(queue, keys)).size === 0) throw new Error('There is no such job.')
      },
    }),
  },
  {
    caseName: 'refuses cancel with capability_unsupported when it does not declare cancel',
    how: 'forgets to cancel and says nothing',
    breaks: () => ({ cancel: async () => {} }),
  },
]

const stopBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'waits for the running job when it stops, without aborting it, and takes no other',
    how: 'stops without waiting',
    breaks: (good) => stopping(good, async () => {}),
  },
  {
    caseName: 'aborts the rest when its time to stop is over, and gives it back without using up an attempt',
    how: 'leaves its handlers running',
    breaks: (good) => stopping(good, async () => {}),
  },
  {
    caseName: 'gives back a job whose handler ignores the abort, and disregards its later result',
    how: 'cancels what it cannot finish',
    breaks: (good) =>
      stopping(good, async (goodStop) => {
        await goodStop()
        await good.cancel('rindle_promote', ['a'])
      }),
  },
  {
    caseName: 'may be stopped again, and workers may be started again',
    how: 'can be stopped once',
    breaks: (good) => ({
      work: async (registrations, options) => {
        const workers = await good.work(registrations, options)
        return { ...workers, stop: throwsOnSecondCall(() => workers.stop()) }
      },
    }),
  },
  {
    caseName: 'stops its workers when the adapter stops, which may happen twice',
    how: 'leaves its workers alone',
    breaks: () => ({ stop: async () => {} }),
  },
]

const transactionBreakages: readonly JobsBreakage[] = [
  {
    caseName: 'makes a job exist with the commit of its transaction, and not before',
    how: 'enqueues outside of the transaction',
    breaks: () => ({}),
  },
  {
    caseName: 'makes no job when its transaction rolls back, and admits its key again',
    how: 'enqueues outside of the transaction',
    breaks: () => ({}),
  },
  {
    caseName: 'sees the waiting jobs of its own transaction',
    how: 'does not look at keys',
    breaks: ignoresKeys,
  },
]

/** One for each case of the contract, but those of what there is. */
export const JOBS_BREAKAGES: readonly JobsBreakage[] = [
  ...capabilityBreakages,
  ...keyBreakages,
  ...workBreakages,
  ...failureBreakages,
  ...cancelBreakages,
  ...stopBreakages,
  ...transactionBreakages,
]
