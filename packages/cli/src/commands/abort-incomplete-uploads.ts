import { type Command, defineCommand } from '../command.ts'
import { runOperation } from '../operation/run-operation.ts'
import { CONCURRENCY_OPTION, scopeOf } from '../operation/scope-options.ts'

/** `rindle abort-incomplete-uploads`: ends upload sessions whose time has run out. */
export const abortIncompleteUploads: Command = defineCommand({
  usage: 'abort-incomplete-uploads',
  describe: 'End uploads whose time has run out',
  examples: [['abort-incomplete-uploads', 'Expire them, or complete those whose file has arrived']],
  positionals: {},
  options: { concurrency: CONCURRENCY_OPTION },
  run: async (args, context) =>
    runOperation(args, context, 'ending uploads whose time has run out', async (rindle, walkOptions) => {
      const report = await rindle.abortIncompleteUploads({ ...walkOptions, ...scopeOf(args) })
      const { sessionsFound, sessionsExpired, remoteAborted, errors, sessionsVerified, interrupted } = report
      return {
        summary: {
          sessions_found: sessionsFound,
          sessions_expired: sessionsExpired,
          remote_aborted: remoteAborted,
          errors,
        },
        notes: [
          ...(sessionsVerified > 0 ? [`Verified, because their file had arrived: ${sessionsVerified}.`] : []),
          ...(sessionsExpired > 0 ? ['Delete what they left with `rindle cleanup-orphans --live`.'] : []),
        ],
        facts: { sessions_verified: sessionsVerified },
        hasErrors: errors > 0,
        interrupted,
      }
    }),
})
