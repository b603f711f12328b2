import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle release`: promotes a quarantined asset again. */
export const release: Command = defineCommand({
  usage: 'release <assetId>',
  describe: 'Check a quarantined asset again, from its stored bytes',
  examples: [
    ['release 019a3b1c-7d2e-7f00-8000-000000000001', 'After you fixed the cause, or now accept such files'],
    ['release 019a3b1c-7d2e-7f00-8000-000000000001 --dry-run', 'Check that its bytes still exist unchanged'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: { 'dry-run': DRY_RUN_OPTION },
  run: async (args, context) =>
    runOperationCommand(args, context, 'release of a quarantined asset', async (rindle) => {
      const { asset, errorReason, dryRun } = await rindle.releaseAsset(args.assetId, { dryRun: args['dry-run'] })
      return {
        summary: { asset_id: asset.id, state: asset.state, error_reason: errorReason },
        notes: nothingChangedNotes(dryRun),
        facts: { dry_run: dryRun },
        hasErrors: false,
      }
    }),
})
