import type { QueueName, RefusedQueues } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { TakeOptions, WorkerRegistration, Workers } from '../ports/jobs.ts'
import { cannotWork, refusedQueues } from './refused-queues.ts'

/** The queues that a process should serve. */
export interface WorkPlan {
  readonly registrations: readonly WorkerRegistration[]
  /** Whether the caller named the queues, so that each of them is required. */
  readonly isExplicit: boolean
  readonly take?: TakeOptions
}

/** The queues of one call of `work`: those that this machine can serve now, and the others as soon as it can. */
export class ServedQueues {
  readonly #runtime: Runtime
  readonly #groups: Workers[] = []
  readonly #waiting: WorkerRegistration[]
  readonly #take: TakeOptions
  readonly #concurrency = new Map<QueueName, number>()
  #refused: RefusedQueues = {}

  private constructor(runtime: Runtime, { registrations, take = {} }: WorkPlan) {
    this.#runtime = runtime
    this.#waiting = [...registrations]
    this.#take = take
  }

  /** Starts the workers of the queues that can be served. `setup_incomplete` when a named queue is missing. */
  static async start(runtime: Runtime, plan: WorkPlan): Promise<ServedQueues> {
    const { registrations, isExplicit } = plan
    const refused = await refusedQueues(
      runtime,
      registrations.map(({ queue }) => queue),
    )
    if (isExplicit && Object.keys(refused).length > 0) throw cannotWork(refused)
    for (const [queue, reason] of Object.entries(refused)) {
      runtime.logger.warn(
        { queue, code: 'queue_refused', error: reason },
        'This process skips a queue that its machine cannot serve.',
      )
    }
    const served = new ServedQueues(runtime, plan)
    await served.#startAllBut(refused)
    return served
  }

  /** Jobs at once, for the queues that are served now. */
  get concurrency(): Partial<Readonly<Record<QueueName, number>>> {
    return Object.fromEntries(this.#concurrency)
  }

  /** The queues that are not served now, with reasons. */
  get refused(): RefusedQueues {
    return this.#refused
  }

  /** Starts queues that this machine can serve by now. `false`: nothing has changed. */
  async lookAgain(): Promise<boolean> {
    const before = Object.keys(this.#refused) as QueueName[]
    if (before.length === 0) return false
    const started = await this.#startAllBut(await refusedQueues(this.#runtime, before))
    for (const queue of started) {
      this.#runtime.logger.info({ queue }, 'This process now serves a queue that it had skipped.')
    }
    return started.length > 0
  }

  /** Whether no job is held or due in the queues that are served. */
  async isIdle(): Promise<boolean> {
    for (const group of this.#groups) if (!(await group.isIdle())) return false
    return true
  }

  async stop(options: Parameters<Workers['stop']>[0]): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.stop(options)))
  }

  async #startAllBut(refused: RefusedQueues): Promise<readonly QueueName[]> {
    const possible = this.#waiting.filter(({ queue }) => refused[queue] === undefined)
    if (possible.length > 0) this.#groups.push(await this.#runtime.jobs.work(possible, this.#take))
    for (const registration of possible) {
      this.#waiting.splice(this.#waiting.indexOf(registration), 1)
      this.#concurrency.set(registration.queue, registration.concurrency)
    }
    this.#refused = refused
    return possible.map(({ queue }) => queue)
  }
}
