import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { resumeNotes, runOperationCommand } from '../operation/run-operation-command.ts'
import { AFTER_OPTION, SCOPE_OPTIONS, scopeOf, secondsOf } from '../operation/scope-options.ts'

/** `rindle purge-unattached`: purges assets that no record of the application holds. */
export const purgeUnattached: Command = defineCommand({
  usage: 'purge-unattached',
  describe: 'Purge assets that nothing has used for a while',
  examples: [
    ['purge-unattached', 'Count those unattached for seven days'],
    ['purge-unattached --profile photo --grace-sec 2592000 --live', 'Purge those unattached for thirty days'],
  ],
  positionals: {},
  options: {
    ...LIVE_OPTIONS,
    profile: SCOPE_OPTIONS.profile,
    tenant: SCOPE_OPTIONS.tenant,
    'grace-sec': { type: 'number', requiresArg: true, default: 604_800, describe: 'Keep anything younger than this' },
    'quarantine-grace-sec': {
      type: 'number',
      requiresArg: true,
      describe: 'The same for quarantined assets; default: quarantineDays',
    },
    after: AFTER_OPTION,
  },
  run: async (args, context) => {
    const live = isLive(args)
    const graceSeconds = secondsOf('--grace-sec', args['grace-sec'])
    const quarantineGrace = args['quarantine-grace-sec']
    const graces =
      quarantineGrace === undefined
        ? { graceSeconds }
        : { graceSeconds, quarantineGraceSeconds: secondsOf('--quarantine-grace-sec', quarantineGrace) }
    return runOperationCommand(args, context, 'purge of unattached assets', async (rindle, walkOptions) => {
      if (args.profile !== undefined) assertProfile(rindle, args.profile)
      const report = await rindle.purgeUnattached({ ...walkOptions, ...scopeOf(args), ...graces, live })
      const { found, enqueued, skipped, errors, dryRun, interrupted, lastId } = report
      return {
        summary: { found, enqueued, skipped, errors, dry_run: dryRun },
        notes: [...dryRunNotes(dryRun), ...resumeNotes(report)],
        facts: { last_id: lastId },
        hasErrors: errors > 0,
        interrupted,
      }
    })
  },
})
