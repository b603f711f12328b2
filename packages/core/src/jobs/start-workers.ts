import { hostname } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { RindleError } from '../domain/errors.ts'
import { endHoldsWithoutCode } from '../hooks/target-health.ts'
import type { RunningWorkers, WorkAssignment, WorkerGroup, WorkersHealth } from '../kernel/running-workers.ts'
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
  const workers = start(runtime, plan).then(
    (started): RunningWorkers => ({
      ...started,
      stop: (options) => {
        group.assignment = null
        return started.stop(options).finally(forget)
      },
    }),
  )
  const group: WorkerGroup = { workers, assignment: plan.take === undefined ? assignmentOf(plan) : null }
  const forget = (): boolean => runtime.workers.delete(group)
  // Registered at once: `stop` of the instance waits for workers that are just starting.
  runtime.workers.add(group)
  workers.catch(forget)
  return workers
}

/**
 * The workers of an earlier call that asked for the same, unless they stop. `conflict` when workers that were asked for
 * otherwise serve one of the queues: together they would take more jobs at once than each may.
 */
export function workersAlike(runtime: Runtime, plan: WorkPlan): Promise<RunningWorkers> | undefined {
  const asked = assignmentOf(plan)
  for (const { workers, assignment } of runtime.workers) {
    if (assignment === null) continue
    if (isDeepStrictEqual(assignment, asked)) return workers
    const queues = Object.keys(assignment.concurrency).filter((queue) => queue in asked.concurrency)
    if (queues.length === 0) continue
    throw new RindleError(
      'conflict',
      `Workers of this instance already serve ${queues.join(', ')}. Stop them first, or name other queues.`,
      { details: { queues }, retryable: false },
    )
  }
  return undefined
}

function assignmentOf({ registrations, isExplicit }: WorkPlan): WorkAssignment {
  const concurrency = Object.fromEntries(registrations.map((each) => [each.queue, each.concurrency]))
  return { isExplicit, concurrency }
}

/** Stops all workers of the instance, including those that are just starting. */
export async function stopWorkers({ workers }: Pick<Runtime, 'workers'>): Promise<void> {
  // Workers that could not start have told their caller.
  const groups = await Promise.allSettled([...workers].map((group) => group.workers))
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
