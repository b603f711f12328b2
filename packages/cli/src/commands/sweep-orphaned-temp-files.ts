import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle sweep-orphaned-temp-files`: deletes files that killed workers left on this machine. */
export const sweepOrphanedTempFiles: Command = defineCommand({
  usage: 'sweep-orphaned-temp-files',
  describe: 'Delete leftover work files on this machine',
  examples: [
    ['sweep-orphaned-temp-files', 'Count them'],
    ['sweep-orphaned-temp-files --live --threshold-sec 86400', 'Delete those older than a day'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    'threshold-sec': {
      type: 'number',
      requiresArg: true,
      default: 14_400,
      describe: 'Keep anything younger than this',
    },
  },
  run: async (args, context) => {
    const live = isLive(args)
    const thresholdSeconds = secondsOf('--threshold-sec', args['threshold-sec'])
    return runOperationCommand(args, context, 'sweep of abandoned work files', async (rindle, walkOptions) => {
      const report = await rindle.sweepOrphanedTempFiles({ ...walkOptions, live, thresholdSeconds })
      const { scanned, matched, deleted, bytes, errors, dryRun, interrupted } = report
      return {
        summary: { scanned, matched, deleted, bytes, errors, dry_run: dryRun },
        notes: dryRunNotes(dryRun),
        hasErrors: errors > 0,
        interrupted,
      }
    })
  },
})
