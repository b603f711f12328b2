import { type Command, defineCommand } from '../command.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle remove-track`: takes a text track from an asset. */
export const removeTrack: Command = defineCommand({
  usage: 'remove-track <assetId> <trackId>',
  describe: 'Remove a text track from an asset',
  examples: [
    [
      'remove-track 019a3b1c-7d2e-7f00-8000-000000000001 019a3b1c-7d2e-7f00-8000-000000000002',
      '`rindle show` lists the ids',
    ],
  ],
  positionals: {
    assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' },
    trackId: { type: 'string', demandOption: true, describe: 'The id of one of its tracks' },
  },
  options: {},
  run: async (args, context) =>
    runOperationCommand(args, context, 'removing a text track', async (rindle) => {
      const { tracks = [] } = (await rindle.asset(args.assetId)) ?? {}
      await rindle.removeTrack({ id: args.assetId }, args.trackId)
      const isThere = tracks.some(({ id }) => id === args.trackId)
      return {
        summary: { removed: isThere ? 1 : 0 },
        notes: isThere ? [] : ['The asset has no such track.'],
        hasErrors: false,
      }
    }),
})
