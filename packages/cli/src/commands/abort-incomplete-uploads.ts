import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, scopeOf } from '../operation/scope-options.ts'

/** `rindle abort-incomplete-uploads`: ends upload sessions past their deadline. */
export const abortIncompleteUploads: Command = defineCommand({
  usage: 'abort-incomplete-uploads',
  describe: 'End uploads that are past their deadline',
  examples: [
    ['abort-incomplete-uploads', 'Expire them, or complete those whose file has arrived'],
    ['abort-incomplete-uploads --dry-run', 'Count both kinds'],
  ],
  positionals: {},
  options: { 'dry-run': DRY_RUN_OPTION, concurrency: CONCURRENCY_OPTION },
  run: async (args, context) =>
    runOperationCommand(args, context, 'ending uploads past their deadline', async (rindle, walkOptions) => {
      const options = { ...walkOptions, ...scopeOf(args), dryRun: args['dry-run'] }
      const report = await rindle.abortIncompleteUploads(options)
      const { sessionsFound, sessionsExpired, remoteAborted, errors, sessionsVerified, dryRun, interrupted } = report
      return {
        summary: {
          sessions_found: sessionsFound,
          sessions_expired: sessionsExpired,
          remote_aborted: remoteAborted,
          errors,
        },
        notes: [
          ...(sessionsVerified > 0 ? [arrivedNote(sessionsVerified, dryRun)] : []),
          ...(sessionsExpired > 0 && !dryRun ? ['Delete their remains with `rindle cleanup-orphans --live`.'] : []),
          ...nothingChangedNotes(dryRun),
        ],
        facts: { sessions_verified: sessionsVerified, dry_run: dryRun },
        hasErrors: errors > 0,
        stopped: report.stopped,
        interrupted,
      }
    }),
})

function arrivedNote(count: number, dryRun: boolean): string {
  return dryRun
    ? `Files that have arrived, to be verified: ${count}.`
    : `Verified, because their file had arrived: ${count}.`
}
