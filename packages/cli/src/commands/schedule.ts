import type { Rindle } from '@rindle/core'
import { type Command, defineCommand } from '../command.ts'
import { scheduleLines } from '../schedule/schedule-lines.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle schedule`: what maintenance is scheduled, and how it went. */
export const schedule: Command = defineCommand({
  usage: 'schedule',
  describe: 'Schedule maintenance where none is, and show how it went',
  examples: [
    ['schedule', 'Schedule what deletes nothing, unless the application has scheduled something'],
    ['schedule --list', 'Change nothing: what is scheduled, when it last ran, what it did'],
  ],
  positionals: {},
  options: {
    list: { type: 'boolean', default: false, describe: 'Only show' },
  },
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      await rindle.start()
      const isNew = !args.list && (await scheduleByDefault(rindle))
      const tasks = await rindle.scheduledMaintenance()
      for (const line of scheduleLines(tasks, report.style, new Date())) report.line(line)
      if (isNew) report.note('Nothing was scheduled; this is now. With rindle.schedule() the application chooses.')
      else if (tasks.length === 0) report.note('Nothing is scheduled. Schedule the usual with `rindle schedule`.')
      return { exitCode: 0, document: { scheduled: isNew, tasks } }
    }),
})

/** What an application has scheduled stays: it may delete on purpose, and the default does not. */
async function scheduleByDefault(rindle: Rindle): Promise<boolean> {
  if ((await rindle.scheduledMaintenance()).length > 0) return false
  await rindle.schedule()
  return true
}
