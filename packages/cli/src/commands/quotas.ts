import type { JsonObject, QuotaDrift } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** Accounts that are shown by name. */
const MOST_SHOWN = 20

/** `rindle quotas`: counts what each account holds again, and shows where the numbers differ. */
export const quotas: Command = defineCommand({
  usage: 'quotas',
  describe: 'Count again how much each quota account stores',
  examples: [
    ['quotas', 'Compare the numbers with the rows'],
    ['quotas --account actor:42 --live', 'Correct those of one account'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    account: { type: 'string', requiresArg: true, describe: 'Only this account' },
  },
  run: async (args, context) => {
    const live = isLive(args)
    const drifts: QuotaDrift[] = []
    return runOperationCommand(args, context, 'recount of quotas', async (rindle, walkOptions) => {
      const { accounts, drifted, repaired, errors, dryRun, interrupted } = await rindle.recountQuotas({
        ...walkOptions,
        ...(args.account === undefined ? {} : { account: args.account }),
        live,
        onDrift: (drift) => {
          if (drifts.length < MOST_SHOWN) drifts.push(drift)
        },
      })
      return {
        summary: { accounts, drifted, repaired, errors, dry_run: dryRun },
        findings: drifts.map(driftLine),
        notes: dryRunNotes(dryRun),
        facts: { drifts: drifts.map(documentOf) },
        hasErrors: errors > 0,
        interrupted,
      }
    })
  },
})

function driftLine({ account, bytes, assets, countedBytes, countedAssets }: QuotaDrift): string {
  return `${account}: ${bytes} bytes in ${assets} assets, counted ${countedBytes} in ${countedAssets}`
}

function documentOf({ account, bytes, assets, countedBytes, countedAssets }: QuotaDrift): JsonObject {
  return { account, bytes, assets, counted_bytes: countedBytes, counted_assets: countedAssets }
}
