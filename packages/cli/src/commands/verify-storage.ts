import type { VerifyStorageReport } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { FORCE_OPTION } from '../operation/force-option.ts'
import { type OperationResult, resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, STORAGE_OPTION, scopeOf } from '../operation/scope-options.ts'

/** `rindle verify-storage`: asks the storages for every object that a row names. */
export const verifyStorage: Command = defineCommand({
  usage: 'verify-storage',
  describe: 'Look for the object of every original and variant',
  examples: [
    ['verify-storage', 'Variants without an object become missing, found ones ready'],
    ['verify-storage --profile photo --variant thumb', 'Only these'],
    ['verify-storage --storage archive', 'Only objects in this storage'],
    ['verify-storage --dry-run', 'Count, and leave the variants as they are'],
    ['verify-storage --checksum', 'Read every original, and compare its SHA-256'],
    ['verify-storage --concurrency 50', 'Faster, if the storage can take it'],
    ['verify-storage --force', 'Even if most objects are missing'],
  ],
  positionals: {},
  options: {
    ...SCOPE_OPTIONS,
    storage: STORAGE_OPTION,
    'dry-run': DRY_RUN_OPTION,
    checksum: { type: 'boolean', default: false, describe: 'Read every original, and compare its SHA-256' },
    force: FORCE_OPTION,
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) =>
    runOperationCommand(
      args,
      context,
      'looking for the objects of variants and originals',
      async (rindle, walkOptions) => {
        if (args.profile !== undefined) assertProfile(rindle, args.profile)
        const { checksum, force } = args
        return resultOf(
          await rindle.verifyStorage({ ...walkOptions, ...scopeOf(args), checksum, force, dryRun: args['dry-run'] }),
        )
      },
    ),
})

function resultOf(report: VerifyStorageReport): OperationResult {
  const { checked, present, missing, fsmBlocked, errors, originalsLost, originalsDamaged, originalsHealed, dryRun } =
    report
  const { tracksLost } = report
  return {
    summary: { checked, present, missing, fsm_blocked: fsmBlocked, errors },
    findings: [
      ...lossLines('gone', report.lostOriginals, originalsLost),
      ...lossLines('damaged', report.damagedOriginals, originalsDamaged),
      ...(tracksLost > 0 ? [`data loss: ${counted(tracksLost, 'text track')}; the log names them`] : []),
    ],
    notes: [
      ...(originalsHealed > 0 && !dryRun ? [`Originals that are whole again: ${originalsHealed}.`] : []),
      ...(missing > 0 && !dryRun ? ['Make the missing variants again with `rindle regenerate-variants`.'] : []),
      ...(fsmBlocked > 0 ? ['Retry variants that had failed before with `rindle requeue <assetId>`.'] : []),
      ...nothingChangedNotes(dryRun),
      ...resumeNotes(report),
    ],
    facts: {
      originals_checked: report.originalsChecked,
      originals_lost: originalsLost,
      originals_damaged: originalsDamaged,
      originals_healed: originalsHealed,
      lost_originals: [...report.lostOriginals],
      damaged_originals: [...report.damagedOriginals],
      tracks_checked: report.tracksChecked,
      tracks_lost: tracksLost,
      dry_run: dryRun,
      last_id: report.lastId,
    },
    // Lost originals are no failure of this run, but they must not go unnoticed.
    hasErrors: errors + originalsLost + originalsDamaged + tracksLost > 0,
    stopped: report.stopped,
    interrupted: report.interrupted,
  }
}

function lossLines(what: 'gone' | 'damaged', assetIds: readonly string[], count: number): readonly string[] {
  const unlisted = count - assetIds.length
  return [
    ...assetIds.map((id) => `data loss: the original of asset ${id} is ${what}`),
    ...(unlisted > 0 ? [`data loss: so are the originals of ${counted(unlisted, 'more asset')}`] : []),
  ]
}
