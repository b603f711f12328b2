import type { RegenerateReport } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { type OperationResult, resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle regenerate-variants`: brings all variants to the current recipes of the profiles. */
export const regenerateVariants: Command = defineCommand({
  usage: 'regenerate-variants',
  describe: 'Make stale, missing and newly declared variants',
  examples: [
    ['regenerate-variants', 'After a recipe changed, or objects were lost'],
    ['regenerate-variants --profile photo --dry-run', 'Count the variants to enqueue'],
    ['regenerate-variants --prune', 'Also purge variants that are no longer declared'],
  ],
  positionals: {},
  options: {
    ...SCOPE_OPTIONS,
    'dry-run': DRY_RUN_OPTION,
    prune: { type: 'boolean', default: false, describe: 'Purge variants that are no longer declared' },
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) =>
    runOperationCommand(
      args,
      context,
      'broad regeneration scan for stale/missing variants',
      async (rindle, walkOptions) => {
        if (args.profile !== undefined) assertProfile(rindle, args.profile)
        const { prune, 'dry-run': dryRun } = args
        return resultOf(await rindle.regenerateVariants({ ...walkOptions, ...scopeOf(args), prune, dryRun }), prune)
      },
    ),
})

function resultOf(report: RegenerateReport, isPruning: boolean): OperationResult {
  const { enqueued, skipped, errors, markedStale, planned, purged, undeclared, dryRun, interrupted, lastId } = report
  const findings = undeclared.map(
    ({ profile, variant, count }) => `undeclared ${profile}/${variant}: ${counted(count, 'variant')}`,
  )
  return {
    summary: { enqueued, skipped, errors },
    findings,
    notes: [
      ...nothingChangedNotes(dryRun),
      ...(findings.length > 0 && !isPruning ? ['Purge them with --prune.'] : []),
      ...(purged > 0 && !dryRun ? [`Purged: ${purged}.`] : []),
      ...resumeNotes(report),
    ],
    facts: {
      marked_stale: markedStale,
      planned,
      purged,
      undeclared: undeclared.map((entry) => ({ ...entry })),
      dry_run: dryRun,
      last_id: lastId,
    },
    hasErrors: errors > 0,
    // It asks storages only if it prunes.
    ...(isPruning ? { stopped: report.stopped } : {}),
    interrupted,
  }
}
