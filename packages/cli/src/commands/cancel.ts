import { isRindleError, type Rindle } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'

/** `rindle cancel`: stops the work on an asset's variants. */
export const cancel: Command = defineCommand({
  usage: 'cancel <assetId>',
  describe: 'Cancel waiting and running work on an asset',
  examples: [
    ['cancel 019a3b1c-7d2e-7f00-8000-000000000001', 'Encoders stop within a second, on any machine'],
    ['cancel 019a3b1c-7d2e-7f00-8000-000000000001 --dry-run', 'Only list the variants'],
  ],
  positionals: { assetId: { type: 'string', demandOption: true, describe: 'The id of an asset' } },
  options: { 'dry-run': DRY_RUN_OPTION },
  run: async (args, context) =>
    runOperationCommand(args, context, 'cancelling the work on an asset', async (rindle) => {
      const dryRun = args['dry-run']
      const names = await cancelled(rindle, args.assetId, dryRun)
      return {
        summary: { cancelled: names.length },
        findings: names.map((name) => `${dryRun ? 'would be cancelled' : 'cancelled'}: ${name}`),
        notes: [
          ...(names.length === 0 ? ['There is no work to cancel.'] : []),
          ...(names.length > 0 && !dryRun ? ['Make them after all with `rindle requeue <assetId>`.'] : []),
          ...nothingChangedNotes(dryRun),
        ],
        facts: { variants: [...names], dry_run: dryRun },
        hasErrors: false,
      }
    }),
})

/** The names of the variants. Nothing to cancel is not an error, because the command may be repeated. */
async function cancelled(rindle: Rindle, assetId: string, dryRun: boolean): Promise<readonly string[]> {
  try {
    return await rindle.cancelProcessing(assetId, { dryRun })
  } catch (error) {
    if (isRindleError(error, 'not_processing')) return []
    throw error
  }
}
