import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle recover-lost-work`: enqueues work whose job is gone. */
export const recoverLostWork: Command = defineCommand({
  usage: 'recover-lost-work',
  describe: 'Enqueue work that has lost its job',
  examples: [
    ['recover-lost-work', 'Promotions, variants and purges without a job'],
    ['recover-lost-work --dry-run', 'Count them'],
  ],
  positionals: {},
  options: {
    'dry-run': DRY_RUN_OPTION,
    'older-than-sec': { type: 'number', requiresArg: true, default: 300, describe: 'Keep anything younger than this' },
  },
  run: async (args, context) => {
    const olderThanSeconds = secondsOf('--older-than-sec', args['older-than-sec'])
    return runOperationCommand(args, context, 'looking for work whose job is gone', async (rindle, walkOptions) => {
      const options = { ...walkOptions, dryRun: args['dry-run'], olderThanSeconds }
      const { found, enqueued, errors, dryRun, interrupted } = await rindle.recoverLostWork(options)
      return {
        summary: { found, enqueued, errors },
        notes: nothingChangedNotes(dryRun),
        facts: { dry_run: dryRun },
        hasErrors: errors > 0,
        interrupted,
      }
    })
  },
})
