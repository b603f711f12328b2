import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { resumeNotes, runOperation } from '../operation/run-operation.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle backfill-metadata`: runs the analyzers over originals that are there already. */
export const backfillMetadata: Command = defineCommand({
  usage: 'backfill-metadata',
  describe: 'Run the analyzers over all originals again',
  examples: [
    ['backfill-metadata --profile photo', 'After an analyzer was added or changed'],
    ['backfill-metadata --analyzer colours', 'Only this one'],
  ],
  positionals: {},
  options: {
    profile: SCOPE_OPTIONS.profile,
    analyzer: { type: 'string', requiresArg: true, describe: 'Only this analyzer' },
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) =>
    runOperation(args, context, 'running the analyzers over originals', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      const analyzer = args.analyzer === undefined ? {} : { analyzer: args.analyzer }
      const report = await rindle.backfillMetadata({ ...walkOptions, ...scopeOf(args), ...analyzer })
      const { scanned, updated, failed, interrupted, lastId } = report
      return {
        summary: { scanned, updated, failed },
        notes: resumeNotes(report),
        facts: { last_id: lastId },
        hasErrors: failed > 0,
        interrupted,
      }
    }),
})
