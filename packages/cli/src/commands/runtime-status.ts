import { STATUS_SEVERITIES } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { limitOf, secondsOf } from '../operation/scope-options.ts'
import { statusLines } from '../status/status-lines.ts'
import { isAtLeast, severitiesOf, thresholdsOf } from '../status/status-options.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle runtime-status`: reports what is degraded or stuck, and the command for it. */
export const runtimeStatus: Command = defineCommand({
  usage: 'runtime-status',
  describe: 'Show problems, and the command that repairs each',
  examples: [
    ['runtime-status', 'Exit with 1 on errors, with 0 on warnings'],
    ['runtime-status --fail-on warn', 'Exit with 1 on warnings, too'],
    ['runtime-status --threshold backlog=7200 --severity backlog=error', 'Treat two hours in a queue as an error'],
    ['runtime-status --severity unattached_asset=ignore', 'Ignore this class'],
    ['runtime-status --profile photo --limit 20', 'One profile, with more examples'],
    ['runtime-status --format json', 'For a monitor'],
  ],
  positionals: {},
  options: {
    profile: { type: 'string', requiresArg: true, describe: 'Only this profile' },
    'fail-on': { choices: STATUS_SEVERITIES, default: 'error', describe: 'Exit with 1 from this severity on' },
    threshold: {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      defaultDescription: 'as documented per class',
      describe: 'class=seconds: the least age of a finding; may be repeated',
    },
    severity: {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      defaultDescription: 'as documented per class',
      describe: 'class=error|warn|notice|ignore; may be repeated',
    },
    'older-than-sec': { type: 'number', requiresArg: true, describe: 'The least age of all other findings' },
    limit: { type: 'number', requiresArg: true, default: 5, describe: 'Examples to show for each finding' },
  },
  run: async (args, { io, report }) => {
    const { profile, 'older-than-sec': olderThan, 'fail-on': failOn } = args
    const thresholds = thresholdsOf(args.threshold)
    const severities = severitiesOf(args.severity)
    const limit = limitOf(args.limit, 100)
    const olderThanSeconds = olderThan === undefined ? undefined : secondsOf('--older-than-sec', olderThan)
    // Not started: the rest must be reported even if a storage is away.
    return withRindle(args, io, async (rindle) => {
      if (profile !== undefined) assertProfile(rindle, profile)
      const status = await rindle.runtimeStatus({
        ...(profile === undefined ? {} : { profile }),
        ...(olderThanSeconds === undefined ? {} : { olderThanSeconds }),
        thresholds,
        severities,
        limit,
      })
      for (const line of statusLines(status, report.style, io.stdout)) report.line(line)
      const isRed = status.findings.some(({ severity }) => isAtLeast(severity, failOn))
      return { exitCode: isRed ? 1 : 0, document: status }
    })
  },
})
