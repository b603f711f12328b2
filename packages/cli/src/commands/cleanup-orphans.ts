import { type Command, defineCommand } from '../command.ts'
import { dryRunNotes, isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, STORAGE_OPTION, scopeOf } from '../operation/scope-options.ts'

/** `rindle cleanup-orphans`: deletes the remains of ended uploads in staging. */
export const cleanupOrphans: Command = defineCommand({
  usage: 'cleanup-orphans',
  describe: 'Delete expired uploads and other leftovers in staging',
  examples: [
    ['cleanup-orphans', 'Count them'],
    ['cleanup-orphans --live', 'Delete them'],
    ['cleanup-orphans --live --storage main', 'Only those of one storage'],
  ],
  positionals: {},
  options: { ...LIVE_OPTIONS, storage: STORAGE_OPTION, concurrency: CONCURRENCY_OPTION },
  run: async (args, context) => {
    const live = isLive(args)
    return runOperationCommand(args, context, 'cleanup of expired uploads', async (rindle, walkOptions) => {
      const report = await rindle.cleanupOrphans({ ...walkOptions, ...scopeOf(args), live })
      const { sessionsFound, sessionsDeleted, objectsDeleted, objectsMissing, objectsLate } = report
      const { errors, dryRun, interrupted } = report
      return {
        summary: {
          sessions_found: sessionsFound,
          sessions_deleted: sessionsDeleted,
          objects_deleted: objectsDeleted,
          objects_missing: objectsMissing,
          objects_late: objectsLate,
          errors,
          dry_run: dryRun,
        },
        notes: dryRunNotes(dryRun),
        hasErrors: errors > 0,
        stopped: report.stopped,
        interrupted,
      }
    })
  },
})
