import { type Command, defineCommand } from '../command.ts'
import { formatSize } from '../format-size.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import { AFTER_OPTION, CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf, secondsOf } from '../operation/scope-options.ts'

/** `rindle move-storage`: moves assets into another storage. */
export const moveStorage: Command = defineCommand({
  usage: 'move-storage',
  describe: 'Move assets to another storage',
  examples: [
    ['move-storage --profile photo --to archive', 'Count what would move'],
    ['move-storage --profile photo --to archive --live', 'Move, or continue an earlier move'],
    ['move-storage --to archive --from main --live --concurrency 16', 'Everything that is in main'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    to: { type: 'string', requiresArg: true, demandOption: true, describe: 'The storage to move to' },
    from: { type: 'string', requiresArg: true, describe: 'Only assets in this storage' },
    profile: SCOPE_OPTIONS.profile,
    tenant: SCOPE_OPTIONS.tenant,
    'keep-sec': { type: 'number', requiresArg: true, describe: 'Keep the old objects for this many seconds' },
    after: AFTER_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) => {
    const live = isLive(args)
    const keep = args['keep-sec'] === undefined ? {} : { keepSeconds: secondsOf('--keep-sec', args['keep-sec']) }
    const from = args.from === undefined ? {} : { from: args.from }
    const options = { ...scopeOf(args), ...from, ...keep, to: args.to, live }
    return runOperationCommand(args, context, `moving assets to ${args.to}`, async (rindle, walkOptions) => {
      const report = await rindle.moveStorage({ ...walkOptions, ...options })
      const { found, moved, objects, bytes, busy, damaged, errors, dryRun, interrupted } = report
      return {
        summary: { found, moved, objects, bytes, busy, in_place: report.inPlace, damaged, errors, dry_run: dryRun },
        findings: [
          ...(dryRun ? [`To copy: ${formatSize(bytes)}.`] : []),
          ...report.inPlaceAssets.map((id) => `adopted in place, stays: ${id}`),
          ...report.damagedAssets.map((id) => `original lost or damaged, stays: ${id}`),
        ],
        notes: [
          ...dryRunNotes(dryRun),
          ...(busy > 0 ? ['Some assets are busy. Run this again later.'] : []),
          ...stillArriving(rindle, args.to, args.profile),
          ...resumeNotes(report),
        ],
        facts: { in_place_assets: [...report.inPlaceAssets], damaged_assets: [...report.damagedAssets] },
        hasErrors: errors > 0,
        stopped: report.stopped,
        interrupted,
      }
    })
  },
})

/** New uploads of a profile go on arriving in its old storage until its options name the new one. */
function stillArriving(
  {
    profiles,
  }: { readonly profiles: Readonly<Record<string, { readonly storage: string; readonly chooseStorage: unknown }>> },
  to: string,
  only: string | undefined,
): readonly string[] {
  return Object.entries(profiles)
    .filter(([name, { storage, chooseStorage }]) => {
      return (only === undefined || name === only) && storage !== to && chooseStorage === null
    })
    .map(
      ([name, { storage }]) =>
        `New uploads of "${name}" still go to "${storage}". Change the storage of this profile to "${to}".`,
    )
}
