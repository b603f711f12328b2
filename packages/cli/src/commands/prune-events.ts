import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle prune-events`: deletes old events with their deliveries. */
export const pruneEvents: Command = defineCommand({
  usage: 'prune-events',
  describe: 'Delete old events and their deliveries',
  examples: [
    ['prune-events', 'Count those older than thirty days'],
    ['prune-events --older-than-sec 604800 --live', 'Delete those older than a week'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    'older-than-sec': {
      type: 'number',
      requiresArg: true,
      default: 2_592_000,
      describe: 'Keep anything younger than this',
    },
  },
  run: async (args, context) => {
    const live = isLive(args)
    const olderThanSeconds = secondsOf('--older-than-sec', args['older-than-sec'])
    return runOperationCommand(args, context, 'pruning of events', async (rindle, walkOptions) => {
      const { eventsFound, eventsDeleted, dryRun, interrupted } = await rindle.pruneEvents({
        ...walkOptions,
        live,
        olderThanSeconds,
      })
      return {
        summary: { events_found: eventsFound, events_deleted: eventsDeleted, dry_run: dryRun },
        notes: dryRunNotes(dryRun),
        hasErrors: false,
        interrupted,
      }
    })
  },
})
