import { WHEN_TAKEN } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle restore`: brings one asset back from the trash. */
export const restore: Command = defineCommand({
  usage: 'restore <assetId>',
  describe: 'Bring an asset and its attachments back from the trash',
  examples: [
    ['restore 019a3b1c-7d2e-7f00-8000-000000000001', 'Bring it back, unless its slot is taken'],
    ['restore 019a3b1c-7d2e-7f00-8000-000000000001 --when-taken replace', 'Replace the asset that is in the slot now'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {
    'when-taken': {
      choices: WHEN_TAKEN,
      default: 'refuse' as const,
      describe: 'If its slot is taken or full: refuse, replace or skip it',
    },
    'dry-run': DRY_RUN_OPTION,
  },
  run: async (args, context) => {
    const { 'when-taken': whenTaken, 'dry-run': dryRun } = args
    return runOperationCommand(args, context, 'an asset comes back from the trash', async (rindle) => {
      const report = await rindle.restore({ id: args.assetId }, { whenTaken, dryRun })
      const { restored, attached, skipped, replaced } = report
      return {
        summary: { restored, attached, skipped, replaced, dry_run: dryRun },
        notes: [...(restored === 0 ? ['It is not in the trash.'] : []), ...nothingChangedNotes(dryRun)],
        hasErrors: false,
      }
    })
  },
})
