import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle prune-runs`: deletes old rows of the audit trail. */
export const pruneRuns: Command = defineCommand({
  usage: 'prune-runs',
  describe: 'Delete old processing runs',
  examples: [
    ['prune-runs', 'Count those older than ninety days'],
    ['prune-runs --older-than-sec 2592000 --live', 'Delete those older than thirty days'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    'older-than-sec': {
      type: 'number',
      requiresArg: true,
      default: 7_776_000,
      describe: 'Keep anything younger than this',
    },
  },
  run: async (args, context) => {
    const live = isLive(args)
    const olderThanSeconds = secondsOf('--older-than-sec', args['older-than-sec'])
    return runOperationCommand(args, context, 'pruning of processing runs', async (rindle, walkOptions) => {
      const { runsFound, runsDeleted, dryRun, interrupted } = await rindle.pruneRuns({
        ...walkOptions,
        live,
        olderThanSeconds,
      })
      return {
        summary: { runs_found: runsFound, runs_deleted: runsDeleted, dry_run: dryRun },
        notes: dryRunNotes(dryRun),
        hasErrors: false,
        interrupted,
      }
    })
  },
})
