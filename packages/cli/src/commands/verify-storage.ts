import { counted, type VerifyStorageReport } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { type OperationResult, resumeNotes, runOperation } from '../operation/run-operation.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle verify-storage`: asks the storages for every object that a row names. */
export const verifyStorage: Command = defineCommand({
  usage: 'verify-storage',
  describe: 'Look for the object of every original and variant',
  examples: [
    ['verify-storage', 'Variants without an object become missing, found ones ready'],
    ['verify-storage --profile photo --variant thumb', 'Only these'],
    ['verify-storage --dry-run', 'Count, and leave the variants as they are'],
    ['verify-storage --concurrency 50', 'Faster, where the storage bears it'],
  ],
  positionals: {},
  options: {
    ...SCOPE_OPTIONS,
    'dry-run': DRY_RUN_OPTION,
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) =>
    runOperation(args, context, 'looking for the objects of variants and originals', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      return resultOf(await rindle.verifyStorage({ ...walkOptions, ...scopeOf(args), dryRun: args['dry-run'] }))
    }),
})

function resultOf(report: VerifyStorageReport): OperationResult {
  const { checked, present, missing, fsmBlocked, errors, originalsLost, lostOriginals, dryRun, interrupted, lastId } =
    report
  const unlisted = originalsLost - lostOriginals.length
  return {
    summary: { checked, present, missing, fsm_blocked: fsmBlocked, errors },
    findings: [
      ...lostOriginals.map((id) => `data loss: the original of asset ${id} is gone`),
      ...(unlisted > 0 ? [`data loss: so are the originals of ${counted(unlisted, 'more asset')}`] : []),
    ],
    notes: [
      ...(missing > 0 && !dryRun ? ['Make what is missing again with `rindle regenerate-variants`.'] : []),
      ...(fsmBlocked > 0 ? ['Try what had failed before again with `rindle requeue <assetId>`.'] : []),
      ...nothingChangedNotes(dryRun),
      ...resumeNotes(report),
    ],
    facts: {
      originals_checked: report.originalsChecked,
      originals_lost: originalsLost,
      lost_originals: [...lostOriginals],
      dry_run: dryRun,
      last_id: lastId,
    },
    // Lost originals are no error of this run, but no night may pass over them in silence.
    hasErrors: errors + originalsLost > 0,
    interrupted,
  }
}
