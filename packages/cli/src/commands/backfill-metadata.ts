import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, STORAGE_OPTION, scopeOf } from '../operation/scope-options.ts'

/** `rindle backfill-metadata`: runs the analyzers over existing originals, and makes missing placeholders. */
export const backfillMetadata: Command = defineCommand({
  usage: 'backfill-metadata',
  describe: 'Run the analyzers again, and make missing placeholders',
  examples: [
    ['backfill-metadata --profile photo', 'After you changed an analyzer, or declared a placeholder'],
    ['backfill-metadata --analyzer colours', 'Only this one'],
    ['backfill-metadata --storage main --dry-run', 'Count the changes in one storage'],
  ],
  positionals: {},
  options: {
    profile: SCOPE_OPTIONS.profile,
    tenant: SCOPE_OPTIONS.tenant,
    analyzer: { type: 'string', requiresArg: true, describe: 'Run only this analyzer, and make no placeholders' },
    storage: STORAGE_OPTION,
    'dry-run': DRY_RUN_OPTION,
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) =>
    runOperationCommand(args, context, 'running the analyzers and making placeholders', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      const analyzer = args.analyzer === undefined ? {} : { analyzer: args.analyzer }
      const options = { ...walkOptions, ...scopeOf(args), ...analyzer, dryRun: args['dry-run'] }
      const report = await rindle.backfillMetadata(options)
      const { scanned, updated, placeholders, failed, dryRun, interrupted, lastId } = report
      return {
        summary: { scanned, updated, placeholders, failed },
        notes: [...nothingChangedNotes(dryRun), ...resumeNotes(report)],
        facts: { dry_run: dryRun, last_id: lastId },
        hasErrors: failed > 0,
        stopped: report.stopped,
        interrupted,
      }
    }),
})
