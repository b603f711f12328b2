import { type Command, defineCommand } from '../command.ts'
import { untilOf } from '../list/since.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle hold`: lets nothing delete an asset. */
export const hold: Command = defineCommand({
  usage: 'hold <assetId>',
  describe: 'Put an asset on hold, so that nothing deletes it',
  examples: [
    ['hold 019a3b1c-7d2e-7f00-8000-000000000001 --reason case-7', 'Until `rindle unhold`'],
    ['hold 019a3b1c-7d2e-7f00-8000-000000000001 --reason case-7 --until 90d', 'For ninety days from now'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {
    reason: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'The reason, for people who read it later',
    },
    until: { type: 'string', requiresArg: true, describe: 'When the hold ends: 90d, or a date' },
  },
  run: async (args, context) => {
    const until = untilOf(args.until, new Date())
    return runOperationCommand(args, context, 'hold on an asset', async (rindle) => {
      const held = await rindle.hold({ id: args.assetId }, { reason: args.reason, until })
      return {
        summary: { asset_id: held.assetId, reason: held.reason, until: held.until?.toISOString() ?? null },
        hasErrors: false,
      }
    })
  },
})
