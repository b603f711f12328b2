import type { PauseReport } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { type OperationResult, runOperationCommand } from '../operation/run-operation-command.ts'

const TARGET = {
  type: 'string',
  demandOption: true,
  describe: 'The name of a webhook, or profile:name for the handlers of a profile',
} as const

/** `rindle pause-deliveries`: lets the events of a target wait. */
export const pauseDeliveries: Command = defineCommand({
  usage: 'pause-deliveries <target>',
  describe: 'Let the events of a target wait',
  examples: [
    ['pause-deliveries search', 'While the receiver is repaired; its events are kept'],
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
  describe: 'Deliver to a target again that was paused, disabled or unreachable',
  examples: [['resume-deliveries search', 'All events that have waited, in order']],
  positionals: { target: TARGET },
  options: {},
  run: async (args, context) =>
    runOperationCommand(args, context, 'resuming of deliveries', async (rindle) =>
      result(await rindle.resumeDeliveries(args.target)),
    ),
})

function result({ target, changed }: PauseReport): OperationResult {
  return { summary: { target, changed }, notes: changed ? [] : ['It was so before.'], hasErrors: false }
}
