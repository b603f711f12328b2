import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle requeue`: tries an asset's failed and cancelled variants again. */
export const requeue: Command = defineCommand({
  usage: 'requeue <assetId>',
  describe: "Enqueue an asset's failed and cancelled variants again",
  examples: [
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001', 'All failed and cancelled ones'],
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001 --variants thumb,large', 'These two'],
    ['requeue 019a3b1c-7d2e-7f00-8000-000000000001 --dry-run', 'Count them'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {
    variants: { type: 'string', requiresArg: true, describe: 'Only these, as in thumb,large' },
    'dry-run': DRY_RUN_OPTION,
  },
  run: async (args, context) =>
    runOperationCommand(args, context, 'requeue of failed and cancelled variants', async (rindle) => {
      const names = args.variants?.split(',').map((name) => name.trim())
      const { selected, enqueued, skipped, errors, dryRun } = await rindle.requeueVariants(args.assetId, {
        ...(names === undefined ? {} : { variants: names }),
        dryRun: args['dry-run'],
      })
      return {
        summary: { selected, enqueued, skipped, errors },
        notes: nothingChangedNotes(dryRun),
        facts: { dry_run: dryRun },
        hasErrors: errors > 0,
      }
    }),
})
