import type { Rindle } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { scheduleLines } from '../schedule/schedule-lines.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle schedule`: lists scheduled maintenance and its results, and schedules the usual set if there is none. */
export const schedule: Command = defineCommand({
  usage: 'schedule',
  describe: 'Schedule maintenance if none is, and show its results',
  examples: [
    ['schedule', 'Schedule the usual tasks; they delete nothing'],
    ['schedule --list', 'Show the tasks, their last runs and results'],
  ],
  positionals: {},
  options: {
    list: { type: 'boolean', default: false, describe: 'Only show the schedule' },
  },
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      await rindle.start()
      const isNew = !args.list && (await scheduleByDefault(rindle))
      const tasks = await rindle.scheduledMaintenance()
      for (const line of scheduleLines(tasks, report.style, new Date())) report.line(line)
      if (isNew) report.note('Nothing was scheduled, so these tasks are now. Use rindle.schedule() to choose others.')
      else if (tasks.length === 0) report.note('Nothing is scheduled. Schedule the usual tasks with `rindle schedule`.')
      return { exitCode: 0, document: { scheduled: isNew, tasks } }
    }),
})

/**
 * Schedules the defaults if there is nothing yet: an application's own tasks stay, because they may delete on purpose.
 */
async function scheduleByDefault(rindle: Rindle): Promise<boolean> {
  if ((await rindle.scheduledMaintenance()).length > 0) return false
  await rindle.schedule()
  return true
}
