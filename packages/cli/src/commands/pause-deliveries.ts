import type { PauseReport } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { type OperationResult, runOperationCommand } from '../operation/run-operation-command.ts'

const TARGET = {
  type: 'string',
  demandOption: true,
  describe: 'The name of a webhook, or profile:<name> for its handlers',
} as const

/** `rindle pause-deliveries`: lets the events of a target wait. */
export const pauseDeliveries: Command = defineCommand({
  usage: 'pause-deliveries <target>',
  describe: 'Pause the deliveries to a receiver, and keep its events',
  examples: [
    ['pause-deliveries search', 'Pause while you repair the receiver'],
    ['pause-deliveries profile:lesson', 'The handlers of a profile'],
  ],
  positionals: { target: TARGET },
  options: {},
  run: async (args, context) =>
    runOperationCommand(args, context, 'pausing of deliveries', async (rindle) =>
      result(await rindle.pauseDeliveries(args.target)),
    ),
})

/** `rindle resume-deliveries`: delivers to a target again. */
export const resumeDeliveries: Command = defineCommand({
  usage: 'resume-deliveries <target>',
  describe: 'Resume deliveries to a paused or disabled receiver',
  examples: [['resume-deliveries search', 'Deliver all waiting events, in order']],
  positionals: { target: TARGET },
  options: {},
  run: async (args, context) =>
    runOperationCommand(args, context, 'resuming of deliveries', async (rindle) =>
      result(await rindle.resumeDeliveries(args.target)),
    ),
})

function result({ target, changed }: PauseReport): OperationResult {
  return {
    summary: { target, changed },
    notes: changed ? [] : ['Nothing to change: it was in that state already.'],
    hasErrors: false,
  }
}
