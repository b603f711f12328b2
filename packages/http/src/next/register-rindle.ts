import type { Rindle, ScheduleOptions, WorkOptions } from '@rindle/core'

/** Options of {@link registerRindle}. */
export interface RegisterOptions {
  /** The queues and the concurrency of the workers. @default every queue that this machine can serve */
  readonly work?: WorkOptions
  /** Registers maintenance, as `rindle.schedule` does. @default none: what is scheduled already stays so */
  readonly schedule?: ScheduleOptions
}

/** The part of an instance that a server starts with. */
type Startable = Pick<Rindle, 'start' | 'work' | 'schedule'>

/**
 * The `register` of `instrumentation.ts`, which Next calls once when a server starts:
 * `export const register = registerRindle(() => import('./rindle.config'))`. Starts the instance that the module
 * exports as its default, and workers in this process. Does nothing in the edge runtime and during a build. An error,
 * such as `setup_incomplete` or a missing variable, keeps the server from starting.
 */
export function registerRindle(
  load: () => Promise<{ readonly default: Startable }>,
  options: RegisterOptions = {},
): () => Promise<void> {
  return async () => {
    const { NEXT_RUNTIME, NEXT_PHASE } = process.env
    if (NEXT_RUNTIME === 'edge' || NEXT_PHASE === 'phase-production-build') return
    const { default: rindle } = await load()
    await rindle.start()
    if (options.schedule !== undefined) await rindle.schedule(options.schedule)
    await rindle.work(options.work)
  }
}
