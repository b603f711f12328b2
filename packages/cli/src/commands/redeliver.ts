import { RindleError } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { sinceOf } from '../list/since.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle redeliver`: delivers events again. */
export const redeliver: Command = defineCommand({
  usage: 'redeliver [eventId]',
  describe: 'Deliver events again that Rindle gave up on',
  examples: [
    ['redeliver 019a3b1c-7d2e-7f00-8000-000000000001', 'One event, to every receiver that missed it'],
    ['redeliver --target search', 'All events that a receiver missed'],
    ['redeliver --target search --since 24h --delivered', 'All events of a day, if the receiver lost them'],
  ],
  positionals: { eventId: { type: 'string', describe: 'The id of an event' } },
  options: {
    target: { type: 'string', requiresArg: true, describe: 'Only to this target' },
    since: { type: 'string', requiresArg: true, describe: 'Only events since: 24h, 7d, or a date' },
    until: { type: 'string', requiresArg: true, describe: 'Only events before: 24h, 7d, or a date' },
    delivered: { type: 'boolean', default: false, describe: 'Also events that were delivered' },
    'dry-run': DRY_RUN_OPTION,
  },
  run: async (args, context) => {
    const { eventId, target, delivered } = args
    const now = new Date()
    const since = sinceOf(args.since, now)
    const until = untilOf(args.until, now)
    return runOperationCommand(args, context, 'redelivery of events', async (rindle, walkOptions) => {
      const { found, redelivered, dryRun, interrupted } = await rindle.redeliver({
        ...walkOptions,
        ...(eventId === undefined ? {} : { eventId }),
        ...(target === undefined ? {} : { target }),
        ...(since === undefined ? {} : { since }),
        ...(until === undefined ? {} : { until }),
        delivered,
        dryRun: args['dry-run'],
      })
      return {
        summary: { found, redelivered, dry_run: dryRun },
        notes: nothingChangedNotes(dryRun),
        hasErrors: false,
        interrupted,
      }
    })
  },
})

function untilOf(text: string | undefined, now: Date): Date | undefined {
  try {
    return sinceOf(text, now)
  } catch (error) {
    if (!(error instanceof RindleError)) throw error
    throw new RindleError('invalid_input', error.message.replace('--since', '--until'), { cause: error })
  }
}
