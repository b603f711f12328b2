import type { WorkedQueue } from '@rindle/core'
import { aborted } from '../aborted.ts'
import { type Command, defineCommand } from '../command.ts'
import { withRindle } from '../with-rindle.ts'
import { type Concurrency, QUEUE_NAMES, shortName, workedQueues } from '../worked-queues.ts'

/** `rindle worker`: a process that does nothing but background work. */
export const worker: Command = defineCommand({
  usage: 'worker',
  describe: 'Do background work until it is stopped',
  examples: [
    ['worker', 'Work on all queues'],
    ['worker --queues promote,process', 'Leave video and purges to other workers'],
    ['worker --concurrency process=2', 'At most two images at once in this process'],
  ],
  positionals: {},
  options: {
    queues: { type: 'string', requiresArg: true, describe: `Of ${QUEUE_NAMES.join(', ')}  [default: all]` },
    concurrency: {
      type: 'string',
      requiresArg: true,
      describe: 'Jobs at once: 4, or process=4,promote=2  [default: as documented per queue]',
    },
  },
  run: async (args, { io, report }) => {
    const concurrency = workedQueues(args.queues, args.concurrency)
    return withRindle(args, io, async (rindle) => {
      await rindle.start()
      const workers = await rindle.work({ queues: Object.keys(concurrency) as WorkedQueue[], concurrency })
      report.note(`Working, jobs at once: ${listed(concurrency)}. SIGTERM or Ctrl-C stops.`)
      await aborted(io.signal)
      report.note('Finishing the jobs in hand. A second signal leaves them to other workers.')
      await workers.stop()
      report.note('Stopped.')
      return { exitCode: 0, document: { concurrency } }
    })
  },
})

function listed(concurrency: Concurrency): string {
  const parts = Object.entries(concurrency).map(([queue, count]) => `${shortName(queue as WorkedQueue)} ${count}`)
  return parts.join(', ')
}
