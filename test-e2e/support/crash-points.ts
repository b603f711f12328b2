import { AsyncLocalStorage } from 'node:async_hooks'
import type { JobsAdapter, StorageAdapter } from '@rindle/core'
import type { RunningJob, WorkerRegistration } from '@rindle/core/adapter'
import { faultyStorage } from '@rindle/testing'
import type pg from 'pg'

/** Where a process is at some moment: one step of one story. */
export interface Step {
  readonly story: number
  readonly name: string
}

/**
 * Awaited at every point, with its name, such as "upload: before commit #1". A promise that never resolves holds the
 * story there for ever, as the death of the process would.
 */
export type PointObserver = (step: Step, point: string) => Promise<void>

interface CountedStep extends Step {
  readonly counts: Map<string, number>
}

/** The moments right before and right after everything that lasts: writes of the database, calls of storage, jobs. */
export class CrashPoints {
  readonly #steps = new AsyncLocalStorage<CountedStep>()
  readonly #onPoint: PointObserver
  readonly #takenOver = new Set<Promise<void>>()

  constructor(onPoint: PointObserver) {
    this.#onPoint = onPoint
  }

  /** Everything that `work` does is of this step; within another step, of this one alone. */
  within<Result>(step: Step, work: () => Promise<Result>): Promise<Result> {
    return this.#steps.run({ ...step, counts: new Map() }, work)
  }

  /** Does `work` between two points, when it is within a step. */
  async around<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    const count = await this.#reach('before', what)
    const result = await work()
    await this.#reach('after', what, count)
    return result
  }

  /** The same pool, with points around every statement that writes and every commit. */
  observedPool(pool: pg.Pool): Pick<pg.Pool, 'connect' | 'on' | 'removeListener'> {
    return replacing(pool, 'connect', async () => this.#observedClient(await pool.connect()))
  }

  /** The same storage, with points around every call. */
  observedStorage(storage: StorageAdapter): StorageAdapter {
    return faultyStorage(storage, {
      onCall: async (point) => {
        const [method = '', moment = ''] = point.split(':')
        await this.#reach(moment === 'before' ? 'before' : 'after', method)
      },
    })
  }

  /**
   * The same jobs, each handled within the step that `stepOf` names, with points around its handler. A job without one
   * was taken over from somebody else.
   */
  observedJobs(jobs: JobsAdapter, stepOf: (payload: WorkerPayload) => Step | null): JobsAdapter {
    const observed = (registration: WorkerRegistration): WorkerRegistration => ({
      ...registration,
      handle: (job) => {
        const step = stepOf({ queue: registration.queue, ...job.payload })
        return step === null
          ? this.#takeOver(registration, job)
          : this.within(step, () => this.#aroundHandler(registration, job))
      },
    })
    return replacing(jobs, 'work', (registrations) => jobs.work(registrations.map(observed)))
  }

  /** Resolves when this process runs no job that it took over from another one. */
  async untilNothingTakenOver(): Promise<void> {
    while (this.#takenOver.size > 0) await Promise.allSettled(this.#takenOver)
  }

  async #takeOver({ handle }: WorkerRegistration, job: RunningJob): Promise<void> {
    const work = handle(job)
    this.#takenOver.add(work)
    try {
      await work
    } finally {
      this.#takenOver.delete(work)
    }
  }

  /** A handler has ended when it has failed, too: one that was cancelled does. */
  async #aroundHandler({ handle }: WorkerRegistration, job: RunningJob): Promise<void> {
    await this.#reach('before', 'its handler')
    try {
      await handle(job)
    } finally {
      await this.#reach('after', 'its handler')
    }
  }

  #observedClient(client: pg.PoolClient): pg.PoolClient {
    const query = client.query.bind(client) as (...statement: readonly unknown[]) => Promise<unknown>
    const observed = (...statement: readonly unknown[]): Promise<unknown> => {
      const write = writeOf(statement[0] as string | { readonly text: string })
      return write === null ? query(...statement) : this.around(write, () => query(...statement))
    }
    return replacing(client, 'query', observed as pg.PoolClient['query'])
  }

  /** Returns which of its kind in the step it is; `known`: it is that one, for others may have begun since. */
  async #reach(moment: 'before' | 'after', what: string, known?: number): Promise<number> {
    const step = this.#steps.getStore()
    if (step === undefined) return 0
    const count = known ?? (step.counts.get(what) ?? 0) + (moment === 'before' ? 1 : 0)
    if (known === undefined) step.counts.set(what, count)
    await this.#onPoint(step, `${step.name}: ${moment} ${what} #${count}`)
    return count
  }
}

/** The subject of a job. */
export type WorkerPayload = { readonly queue: string } & Readonly<Record<string, unknown>>

// The number of lease renewals depends on how slow everything else is.
const RENEWAL = /^update rindle\.media_upload_sessions\s+set lock_expires_at = clock_timestamp/

/** "commit", "update rindle.media_assets": the change of a statement, or `null`. */
function writeOf(statement: string | { readonly text: string }): string | null {
  const text = typeof statement === 'string' ? statement : statement.text
  if (text === 'commit') return 'commit'
  if (RENEWAL.test(text)) return null
  const write = /\b(insert into|update|delete from)\s+(\w+\.\w+)/i.exec(text)
  return write === null ? null : `${write[1]} ${write[2]}`.toLowerCase()
}

function replacing<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  replacement: Target[Name],
): Target {
  return new Proxy(target, {
    get(original, property) {
      if (property === name) return replacement
      const member: unknown = Reflect.get(original, property)
      return typeof member === 'function' ? (member.bind(original) as unknown) : member
    },
  })
}
