import { RindleError } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle evict-variants`: purges variants on demand that no page asks for any more. */
export const evictVariants: Command = defineCommand({
  usage: 'evict-variants',
  describe: 'Purge on-demand variants that no page asks for',
  examples: [
    ['evict-variants --dry-run', 'Count those unused for thirty days, and their bytes'],
    ['evict-variants --keep-days 90 --profile photo', 'Purge those of one profile after ninety days'],
  ],
  positionals: {},
  options: {
    profile: SCOPE_OPTIONS.profile,
    tenant: SCOPE_OPTIONS.tenant,
    'keep-days': {
      type: 'number',
      requiresArg: true,
      default: 30,
      describe: 'Keep variants that a page asked for within this many days',
    },
    'dry-run': DRY_RUN_OPTION,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) => {
    const { 'keep-days': keepDays, 'dry-run': dryRun } = args
    if (!(Number.isFinite(keepDays) && keepDays >= 1)) {
      throw new RindleError('invalid_input', '--keep-days must be a number of days from 1.')
    }
    return runOperationCommand(args, context, 'eviction of variants on demand', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      const options = { ...walkOptions, ...scopeOf(args), keepDays, dryRun }
      const { found, evicted, bytes, errors, stopped, interrupted } = await rindle.evictVariants(options)
      return {
        summary: { found, evicted, bytes, errors, dry_run: dryRun },
        notes: nothingChangedNotes(dryRun),
        hasErrors: errors > 0,
        stopped,
        interrupted,
      }
    })
  },
})
