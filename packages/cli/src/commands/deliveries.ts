import { DELIVERY_STATES, type EventDelivery, type EventTargetStatus, RindleError } from '@rindle/core'
import { type Command, type CommandContext, defineCommand, type Outcome } from '../command.ts'
import { deliveryTable, targetTable } from '../list/delivery-lines.ts'
import { limitOf } from '../operation/scope-options.ts'
import { withRindle } from '../with-rindle.ts'

const MOST_ROWS = 1_000

/** `rindle deliveries`: the targets of events, or the deliveries to one of them. */
export const deliveries: Command = defineCommand({
  usage: 'deliveries [target]',
  describe: 'List receivers of events, or the deliveries to one',
  examples: [
    ['deliveries', 'Handlers and webhooks, with waiting and failed deliveries'],
    ['deliveries search --state dead', 'Events that could not be delivered, and why'],
    ['deliveries profile:lesson --format json', 'The latest events, with `next` for the next page'],
  ],
  positionals: { target: { type: 'string', describe: 'The name of a webhook, or profile:<name>' } },
  options: {
    state: { choices: DELIVERY_STATES, describe: 'Only in this state' },
    after: { type: 'string', requiresArg: true, describe: 'Show the page after this `next`' },
    limit: { type: 'number', requiresArg: true, default: 50, describe: `Rows per page, at most ${MOST_ROWS}` },
  },
  run: async (args, context) => {
    const { target, state, after } = args
    const limit = limitOf(args.limit, MOST_ROWS)
    if (target === undefined && (state ?? after) !== undefined) {
      throw new RindleError('invalid_input', '--state and --after need the name of a target.')
    }
    return withRindle(args, context.io, async (rindle) => {
      if (target === undefined) return showTargets(await rindle.eventTargets(), context)
      const page = await rindle.listDeliveries({
        target,
        limit,
        ...(state === undefined ? {} : { state }),
        ...(after === undefined ? {} : { after }),
      })
      const lines = deliveryTable(page.deliveries, viewOf(context))
      for (const line of lines) context.report.line(line)
      if (page.deliveries.length === 0) context.report.note('No delivery matches.')
      if (page.next !== null) context.report.note(`There are more. Continue with --after ${page.next}`)
      return { exitCode: 0, document: { deliveries: page.deliveries.map(listedDelivery), next: page.next } }
    })
  },
})

function showTargets(targets: readonly EventTargetStatus[], context: CommandContext): Outcome {
  for (const line of targetTable(targets, viewOf(context))) context.report.line(line)
  if (targets.length === 0) context.report.note('No handler and no webhook is configured.')
  return { exitCode: 0, document: { targets: targets.map((target) => ({ ...target })) } }
}

function listedDelivery({ event, ...delivery }: EventDelivery): object {
  return { ...delivery, event: { ...event } }
}

function viewOf({ io, report }: CommandContext): Parameters<typeof targetTable>[1] {
  return { style: report.style, output: io.stdout, now: new Date() }
}
