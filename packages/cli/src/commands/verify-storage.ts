import { RindleError, type VerifyMirrorsReport, type VerifyStorageReport } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import { assertProfile } from '../assert-profile.ts'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import type { CommonArguments } from '../common-options.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { FORCE_OPTION } from '../operation/force-option.ts'
import { dryRunNotes, isLive } from '../operation/live-options.ts'
import { type OperationResult, resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import {
  AFTER_OPTION,
  CONCURRENCY_OPTION,
  SCOPE_OPTIONS,
  STORAGE_OPTION,
  scopeOf,
  secondsOf,
} from '../operation/scope-options.ts'

/** `rindle verify-storage`: asks the storages for every object that a row names. */
export const verifyStorage: Command = defineCommand({
  usage: 'verify-storage',
  describe: 'Check that every original and variant is in its storage',
  examples: [
    ['verify-storage', 'Mark variants without an object as missing'],
    ['verify-storage --profile photo --variant thumb', 'Only these'],
    ['verify-storage --storage archive', 'Only objects in this storage'],
    ['verify-storage --dry-run', 'Count, and leave the variants as they are'],
    ['verify-storage --checksum', 'Read every original, and compare its SHA-256'],
    ['verify-storage --concurrency 50', 'Faster, if the storage can take it'],
    ['verify-storage --force', 'Even if most objects are missing'],
    ['verify-storage --mirror', 'Compare mirrored storages with their mirrors'],
    ['verify-storage --mirror --live', 'Update the mirrors, and bring back lost objects'],
  ],
  positionals: {},
  options: {
    ...SCOPE_OPTIONS,
    storage: STORAGE_OPTION,
    'dry-run': DRY_RUN_OPTION,
    checksum: { type: 'boolean', default: false, describe: 'Read every original, and compare its SHA-256' },
    force: FORCE_OPTION,
    mirror: { type: 'boolean', default: false, describe: 'Compare storages with their mirrors instead' },
    live: { type: 'boolean', default: false, describe: 'With --mirror: repair; without it, only count' },
    'grace-sec': { type: 'number', requiresArg: true, describe: 'With --mirror: skip younger objects (3600)' },
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) => {
    if (args.mirror) return verifyMirrors(args, context)
    if (args.live)
      throw new RindleError(
        'invalid_input',
        '--live works only with --mirror. Without --mirror, use --dry-run to count.',
      )
    return runOperationCommand(
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
    )
  },
})

type MirrorArguments = CommonArguments & {
  readonly live: boolean
  readonly force: boolean
  readonly 'dry-run': boolean
  readonly storage?: string | undefined
  readonly 'grace-sec'?: number | undefined
}

function verifyMirrors(args: MirrorArguments, context: CommandContext): Promise<Outcome> {
  const live = isLive({ live: args.live, ...(args['dry-run'] ? { 'dry-run': true } : {}) })
  const grace = args['grace-sec'] === undefined ? {} : { graceSeconds: secondsOf('--grace-sec', args['grace-sec']) }
  const storage = args.storage === undefined ? {} : { storage: args.storage }
  const options = { ...grace, ...storage, live, force: args.force }
  return runOperationCommand(args, context, 'comparing storages with their mirrors', async (rindle, walkOptions) =>
    mirrorResultOf(await rindle.verifyMirrors({ ...walkOptions, ...options })),
  )
}

function mirrorResultOf(report: VerifyMirrorsReport): OperationResult {
  const { stopped, interrupted, dryRun, ...counts } = report
  const { errors, lost, restored, unknown, enqueued } = counts
  return {
    summary: { ...counts, dry_run: dryRun },
    findings: lost > restored ? [`lost in the storage, there in a mirror: ${counted(lost - restored, 'object')}`] : [],
    notes: [
      ...dryRunNotes(dryRun),
      ...(enqueued > 0 ? ['Workers are updating the mirrors now.'] : []),
      ...(unknown > 0
        ? ['Your own files that only a mirror has are left alone. Delete or restore them yourself.']
        : []),
    ],
    hasErrors: errors > 0,
    stopped,
    interrupted,
  }
}

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
