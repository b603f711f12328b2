import { type DrainOptions, type QueueName, type Rindle, RindleError } from '@rindle/core'
import type { CommandContext, Outcome } from '../command.ts'
import { formatSummary } from '../format-summary.ts'
import { printable } from '../printable.ts'
import { type Concurrency, shortName } from '../worked-queues.ts'

/** The arguments of `rindle worker` that concern a single pass. */
export interface DrainArguments {
  readonly once: boolean
  readonly 'max-seconds'?: number | undefined
  readonly queues?: string | undefined
  readonly 'health-port'?: number | undefined
}

const DEFAULT_SECONDS = 3_600

/** The options of a single pass; `undefined`: a worker shall live. Pure. `invalid_input`. */
export function drainOptionsOf(args: DrainArguments, concurrency: Concurrency): DrainOptions | undefined {
  const { once, 'max-seconds': maxSeconds, queues, 'health-port': port } = args
  if (!once) {
    if (maxSeconds === undefined) return undefined
    throw new RindleError('invalid_input', '--max-seconds works only with --once.')
  }
  if (port !== undefined)
    throw new RindleError('invalid_input', '--health-port does not work with --once, because that worker exits.')
  const named = queues === undefined ? {} : { queues: Object.keys(concurrency) as QueueName[] }
  return { maxSeconds: maxSeconds ?? DEFAULT_SECONDS, concurrency, ...named }
}

/** Does the work that is due, and reports it. */
export async function drainOnce(
  rindle: Rindle,
  options: DrainOptions,
  { io, report }: CommandContext,
): Promise<Outcome> {
  await rindle.start()
  const drained = await rindle.drain({ ...options, signal: io.signal })
  const { done, failed, waiting, refused, endedBy } = drained
  for (const [queue, reason] of Object.entries(refused)) {
    report.note(`Not working on ${shortName(queue as QueueName)}: ${printable(reason)}`)
  }
  const counts = { done: sum(done), failed: sum(failed), waiting: sum(waiting) }
  for (const line of formatSummary(counts)) report.line(line)
  const isInterrupted = io.signal.aborted
  report.line(isInterrupted ? 'Interrupted.' : endedBy === 'idle' ? 'No job is due.' : 'Stopped: the time is over.')
  return { exitCode: isInterrupted ? 130 : 0, document: { ...drained, interrupted: isInterrupted } }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
