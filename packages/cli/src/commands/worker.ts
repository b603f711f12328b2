import { type QueueName, type RefusedQueues, RindleError } from '@rindle/core'
import { aborted } from '../aborted.ts'
import { assertPort } from '../assert-port.ts'
import { type Command, defineCommand } from '../command.ts'
import { printable } from '../printable.ts'
import { withRindle } from '../with-rindle.ts'
import { type Concurrency, SHORT_NAMES, shortName, workedQueues } from '../worked-queues.ts'
import { drainOnce, drainOptionsOf } from '../worker/drain-once.ts'
import type { HealthAddress } from '../worker/health-server.ts'
import { startWorkerHealth } from '../worker/worker-health.ts'
import { workerLog } from '../worker/worker-log.ts'

const LONGEST_DRAIN_SECONDS = 86_400

/** `rindle worker`: a process that only does background work. */
export const worker: Command = defineCommand({
  usage: 'worker',
  describe: 'Do background work until it is stopped',
  examples: [
    ['worker', 'Work on all queues that this machine can serve'],
    ['worker --queues promote,process', 'Leave video and purges to other workers'],
    ['worker --concurrency process=2', 'At most two images at once in this process'],
    ['worker --once --max-seconds 50', 'Do the work that is due, for at most 50 seconds (for cron)'],
    ['worker --health-port 8081', 'Answer /healthz, /readyz and /metrics on 127.0.0.1'],
  ],
  positionals: {},
  options: {
    once: { type: 'boolean', default: false, describe: 'Do the work that is due, then exit; skips media' },
    'max-seconds': { type: 'number', requiresArg: true, describe: 'With --once: stop after this many seconds' },
    queues: {
      type: 'string',
      requiresArg: true,
      describe: `Of ${SHORT_NAMES.join(', ')}  [default: all that this machine can serve]`,
    },
    concurrency: {
      type: 'string',
      requiresArg: true,
      describe: 'Jobs at once: 4, or process=4,promote=2  [default: see the docs]',
    },
    'health-port': { type: 'number', requiresArg: true, describe: 'Serve /healthz, /readyz and /metrics on this port' },
    'health-host': {
      type: 'string',
      requiresArg: true,
      default: '127.0.0.1',
      describe: 'The address for --health-port; 0.0.0.0 is every address',
    },
    'drain-timeout-sec': {
      type: 'number',
      requiresArg: true,
      default: 30,
      describe: 'How long running jobs may continue after SIGTERM',
    },
  },
  run: async (args, context) => {
    const { io } = context
    const say = workerLog(context)
    const concurrency = workedQueues(args.queues, args.concurrency)
    const address = healthAddressOf(args)
    const timeoutMs = drainTimeoutMsOf(args['drain-timeout-sec'])
    const drained = drainOptionsOf(args, concurrency)
    if (drained !== undefined) return withRindle(args, io, (rindle) => drainOnce(rindle, drained, context))
    return withRindle(args, io, async (rindle) => {
      await using health = address === undefined ? undefined : await startWorkerHealth(rindle, address)
      if (health !== undefined) {
        say(`Metrics: ${health.url}/metrics.`)
        say(`Health: ${health.url}/healthz and /readyz.`)
      }
      await rindle.start()
      // Without --queues the worker takes the queues that this machine can serve; a named queue that it cannot serve
      // ends it.
      const named = args.queues === undefined ? {} : { queues: Object.keys(concurrency) as QueueName[] }
      const workers = await rindle.work({ ...named, concurrency })
      health?.watch(workers)
      const { refused } = workers.health()
      for (const [queue, reason] of Object.entries(refused)) {
        say(`Not working on ${shortName(queue as QueueName)}, checking again every minute: ${printable(reason)}`)
      }
      say(`Working, jobs at once: ${listed(without(concurrency, refused))}. SIGTERM or Ctrl-C stops.`)
      await aborted(io.signal)
      say('Finishing the running jobs. A second signal stops at once and leaves them to other workers.')
      await workers.stop({ timeoutMs })
      say('Stopped.')
      return { exitCode: 0, document: { concurrency, refused: workers.health().refused } }
    })
  },
})

/** Pure. `invalid_input`. */
function drainTimeoutMsOf(seconds: number): number {
  if (seconds >= 0 && seconds <= LONGEST_DRAIN_SECONDS) return seconds * 1_000
  throw new RindleError('invalid_input', `--drain-timeout-sec must be a number from 0 to ${LONGEST_DRAIN_SECONDS}.`)
}

/** The address for probes, if any. Pure. `invalid_input`. */
function healthAddressOf(args: {
  readonly 'health-port'?: number | undefined
  readonly 'health-host': string
}): HealthAddress | undefined {
  const { 'health-port': port, 'health-host': host } = args
  if (port === undefined) return undefined
  assertPort('health-port', port)
  return { host, port }
}

/** The queues in service. Pure. */
function without(concurrency: Concurrency, refused: RefusedQueues): Concurrency {
  return Object.fromEntries(Object.entries(concurrency).filter(([queue]) => !(queue in refused)))
}

function listed(concurrency: Concurrency): string {
  const parts = Object.entries(concurrency).map(([queue, count]) => `${shortName(queue as QueueName)} ${count}`)
  return parts.join(', ')
}
