import type { JsonObject } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { limitOf, secondsOf } from '../operation/scope-options.ts'
import { jsonOf } from '../show/json-of.ts'
import { statusLines } from '../status/status-lines.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle runtime-status`: what is degraded or stuck, and which command is for it. */
export const runtimeStatus: Command = defineCommand({
  usage: 'runtime-status',
  describe: 'Show what is degraded or stuck, and the command for it',
  examples: [
    ['runtime-status', 'Exit 1 when something is wrong, 0 on mere warnings'],
    ['runtime-status --profile photo --limit 20', 'One profile, with more examples'],
    ['runtime-status --format json', 'For a monitor'],
  ],
  positionals: {},
  options: {
    profile: { type: 'string', requiresArg: true, describe: 'Only this profile' },
    'older-than-sec': { type: 'number', requiresArg: true, describe: 'Leave out what is younger' },
    limit: { type: 'number', requiresArg: true, default: 5, describe: 'Examples of each finding' },
  },
  run: async (args, { io, report }) => {
    const { profile, 'older-than-sec': olderThan } = args
    const limit = limitOf(args.limit, 100)
    const olderThanSeconds = olderThan === undefined ? undefined : secondsOf('--older-than-sec', olderThan)
    return withRindle(args, io, async (rindle) => {
      if (profile !== undefined) assertProfile(rindle, profile)
      await rindle.start()
      const status = await rindle.runtimeStatus({
        ...(profile === undefined ? {} : { profile }),
        ...(olderThanSeconds === undefined ? {} : { olderThanSeconds }),
        limit,
      })
      for (const line of statusLines(status, report.style, io.stdout)) report.line(line)
      const hasErrors = status.findings.some(({ severity }) => severity === 'error')
      return { exitCode: hasErrors ? 1 : 0, document: jsonOf(status) as JsonObject }
    })
  },
})
