import { type Command, defineCommand } from '../command.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle init-storage`: takes what is at a storage's address now for that storage. */
export const initStorage: Command = defineCommand({
  usage: 'init-storage <storage>',
  describe: 'Set up a storage that was moved or emptied on purpose',
  examples: [['init-storage main', 'After its directory was moved to a new disk, or emptied; deletes nothing']],
  positionals: { storage: { type: 'string', demandOption: true, describe: 'Its name in the configuration' } },
  options: {},
  // Not started: that refuses a storage which is not the one that was there before.
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      const { storage, identity, isNew } = await rindle.initStorage(args.storage)
      report.line(isNew ? `Storage "${storage}" is set up anew.` : `Storage "${storage}" is set up, as it was before.`)
      if (isNew) {
        report.note('Start every process that uses it again.')
        report.note('Look for what it lacks with `rindle verify-storage`.')
      }
      return { exitCode: 0, document: { storage, identity, is_new: isNew } }
    }),
})
