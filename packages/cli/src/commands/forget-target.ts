import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle forget-target`: forgets a target that is no longer configured. */
export const forgetTarget: Command = defineCommand({
  usage: 'forget-target <target>',
  describe: 'Forget a receiver that is no longer configured',
  examples: [
    ['forget-target search', 'Count its waiting and failed deliveries'],
    ['forget-target search --live', 'Stop writing events for it, and delete its deliveries'],
  ],
  positionals: {
    target: {
      type: 'string',
      demandOption: true,
      describe: 'The name of a webhook, or profile:<name> for its handlers',
    },
  },
  options: LIVE_OPTIONS,
  run: async (args, context) => {
    const live = isLive(args)
    return runOperationCommand(args, context, 'forgetting of a target', async (rindle) => {
      const { target, deliveries, dryRun } = await rindle.forgetTarget(args.target, { live })
      return { summary: { target, deliveries, dry_run: dryRun }, notes: dryRunNotes(dryRun), hasErrors: false }
    })
  },
})
