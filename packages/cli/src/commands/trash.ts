import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { secondsOf } from '../operation/scope-options.ts'

/** `rindle trash`: puts one asset into the trash. */
export const trash: Command = defineCommand({
  usage: 'trash <assetId>',
  describe: 'Put an asset into the trash, to be purged later',
  examples: [
    ['trash 019a3b1c-7d2e-7f00-8000-000000000001', 'Detach it; `rindle restore` brings it back'],
    ['trash 019a3b1c-7d2e-7f00-8000-000000000001 --after-sec 604800', 'Purge it after a week'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: {
    'after-sec': {
      type: 'number',
      requiresArg: true,
      describe: "Seconds in the trash; default: its profile's, or thirty days",
    },
    'dry-run': DRY_RUN_OPTION,
  },
  run: async (args, context) => {
    const { 'after-sec': afterSec, 'dry-run': dryRun } = args
    const after = afterSec === undefined ? {} : { afterSeconds: secondsOf('--after-sec', afterSec) }
    return runOperationCommand(args, context, 'an asset goes into the trash', async (rindle) => {
      const { trashed, detached, purgeAt } = await rindle.trash({ id: args.assetId }, { ...after, dryRun })
      return {
        summary: { trashed, detached, purge_at: purgeAt.toISOString(), dry_run: dryRun },
        notes: [...(trashed === 0 ? ['It is already in the trash.'] : []), ...nothingChangedNotes(dryRun)],
        hasErrors: false,
      }
    })
  },
})
