import { type Command, defineCommand } from '../command.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle unhold`: ends the hold of an asset. */
export const unhold: Command = defineCommand({
  usage: 'unhold <assetId>',
  describe: 'End the hold on an asset',
  examples: [['unhold 019a3b1c-7d2e-7f00-8000-000000000001', 'End it']],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {},
  run: async (args, context) =>
    runOperationCommand(args, context, 'end of a hold', async (rindle) => {
      const ended = await rindle.unhold({ id: args.assetId })
      return {
        summary: { ended: ended === null ? 0 : 1, reason: ended?.reason ?? null },
        notes: ended === null ? ['It was not on hold.'] : [],
        hasErrors: false,
      }
    }),
})
