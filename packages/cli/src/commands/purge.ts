import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle purge`: deletes one asset with its original and variants. */
export const purge: Command = defineCommand({
  usage: 'purge <assetId>',
  describe: 'Delete an asset, its original and its variants',
  examples: [
    ['purge 019a3b1c-7d2e-7f00-8000-000000000001', 'Check whether it can be purged'],
    ['purge 019a3b1c-7d2e-7f00-8000-000000000001 --live', 'Purge it; an attached asset is refused'],
    ['purge 019a3b1c-7d2e-7f00-8000-000000000001 --detach --live', 'Detach it from all its owners first'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {
    ...LIVE_OPTIONS,
    detach: { type: 'boolean', default: false, describe: 'Detach it from all its owners first' },
  },
  run: async (args, context) => {
    const live = isLive(args)
    return runOperationCommand(args, context, 'purge of an asset', async (rindle) => {
      const report = await rindle.purgeAsset(args.assetId, { live, detach: args.detach })
      const { found, detached, enqueued, skipped, dryRun } = report
      return {
        summary: { found, detached, enqueued, skipped, dry_run: dryRun },
        notes: [
          ...(found === 0 ? ['It has already been purged.'] : []),
          ...(enqueued + skipped > 0 ? ['A worker of the queue purge deletes its objects, then its rows.'] : []),
          ...dryRunNotes(dryRun),
        ],
        hasErrors: false,
      }
    })
  },
})
