import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle purge-trashed`: purges assets whose time in the trash is over. */
export const purgeTrashed: Command = defineCommand({
  usage: 'purge-trashed',
  describe: 'Purge assets whose time in the trash is over',
  examples: [
    ['purge-trashed --dry-run', 'Count them, and those on hold'],
    ['purge-trashed', 'Enqueue their purges; the schedule does it every hour'],
  ],
  positionals: {},
  options: {
    profile: SCOPE_OPTIONS.profile,
    tenant: SCOPE_OPTIONS.tenant,
    'dry-run': DRY_RUN_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) => {
    const { 'dry-run': dryRun } = args
    return runOperationCommand(args, context, 'purge of the trash', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      const report = await rindle.purgeTrashed({ ...walkOptions, ...scopeOf(args), dryRun })
      const { found, enqueued, held, errors, interrupted } = report
      return {
        summary: { found, enqueued, held, errors, dry_run: dryRun },
        notes: nothingChangedNotes(dryRun),
        hasErrors: errors > 0,
        interrupted,
      }
    })
  },
})
