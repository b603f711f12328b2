import { hostname } from 'node:os'
import { endHoldsWithoutCode } from '../hooks/target-health.ts'
import type { RunningWorkers, WorkersHealth } from '../kernel/running-workers.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Workers } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import { followDeclarations } from './follow-declarations.ts'
import { Heartbeat } from './heartbeat.ts'
import { ServedQueues, type WorkPlan } from './served-queues.ts'

/** Milliseconds between checks whether this machine can serve a refused queue by now. */
const LOOK_AGAIN_MS = 60_000

/** Starts workers and their heartbeat; when the heartbeat cannot start, the workers stop again. */
export function startWorkers(runtime: Runtime, plan: WorkPlan): Promise<RunningWorkers> {
  const starting = start(runtime, plan)
  const forget = (): boolean => runtime.workers.delete(starting)
  // Registered at once: `stop` of the instance waits for workers that are just starting.
  runtime.workers.add(starting)
  starting.catch(forget)
  return starting.then((workers) => ({ ...workers, stop: (options) => workers.stop(options).finally(forget) }))
}

/** Stops all workers of the instance, including those that are just starting. */
export async function stopWorkers({ workers }: Pick<Runtime, 'workers'>): Promise<void> {
  // Workers that could not start have told their caller.
  const groups = await Promise.allSettled(workers)
  await Promise.all(groups.flatMap((group) => (group.status === 'fulfilled' ? [group.value.stop()] : [])))
  workers.clear()
}

async function start(runtime: Runtime, plan: WorkPlan): Promise<RunningWorkers> {
  const served = await ServedQueues.start(runtime, plan)
  const id = runtime.newId()
  const facts = () => ({ queues: served.concurrency, refused: served.refused })
  const targets = [...runtime.hooks.targets.keys()]
  const identity = { id, host: hostname(), processId: process.pid, targets, isBrief: plan.take?.isBrief ?? false }
  const heartbeat = await Heartbeat.start(runtime, { ...identity, ...facts() }).catch(async (error: unknown) => {
    await served.stop({})
    throw error
  })
  if ('rindle_events' in served.concurrency) await endHolds(runtime, targets)
  const following = followDeclarations(runtime)
  const looking = lookAgainAndAgain(runtime, served, () => heartbeat.change(facts()))
  let state: WorkersHealth['state'] = 'working'
  let stopped: Promise<void> | undefined
  const stop = async (options: Parameters<Workers['stop']>[0]): Promise<void> => {
    state = 'draining'
    await Promise.all([looking.stop(), following.stop()])
    // First, so that they take no more jobs.
    await Promise.all([heartbeat.stop(), served.stop(options)])
    state = 'stopped'
  }
  return {
    id,
    health: () => ({ state, beatAt: heartbeat.beatAt, triedAt: heartbeat.triedAt, refused: served.refused }),
    isIdle: () => served.isIdle(),
    stop: (options) => {
      stopped ??= stop(options)
      return stopped
    },
  }
}

async function endHolds(runtime: Runtime, targets: readonly string[]): Promise<void> {
  try {
    await endHoldsWithoutCode(runtime, targets)
  } catch (error) {
    runtime.logger.warn(errorFields(error), 'Events that wait for these workers come only when their hold has ended.')
  }
}

/** Checks for servable queues until stopped. A failed check is logged, and the next one follows. */
function lookAgainAndAgain(runtime: Runtime, served: ServedQueues, onChange: () => void): { stop(): Promise<void> } {
  let look: Promise<void> | undefined
  const lookAgain = async (): Promise<void> => {
    try {
      if (await served.lookAgain()) onChange()
    } catch (error) {
      runtime.logger.warn(errorFields(error), 'The check whether a refused queue can be served has failed.')
    } finally {
      look = undefined
    }
  }
  const timer = setInterval(() => {
    look ??= lookAgain()
  }, LOOK_AGAIN_MS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await look
    },
  }
}
