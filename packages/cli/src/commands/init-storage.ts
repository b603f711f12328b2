import { type Command, defineCommand } from '../command.ts'
import { withRindle } from '../with-rindle.ts'

/** `rindle init-storage`: accepts whatever is at a storage's address now as that storage. */
export const initStorage: Command = defineCommand({
  usage: 'init-storage <storage>',
  describe: 'Set up a storage that was moved or emptied on purpose',
  examples: [['init-storage main', 'After its directory was moved to a new disk, or emptied; deletes nothing']],
  positionals: { storage: { type: 'string', demandOption: true, describe: 'Its name in the configuration' } },
  options: {},
  // Not started: `start` refuses a storage that is not the known one.
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      const { storage, identity, isNew } = await rindle.initStorage(args.storage)
      report.line(
        isNew
          ? `Storage "${storage}" is set up with a new identity.`
          : `Storage "${storage}" is set up, as it was before.`,
      )
      if (isNew) {
        report.note('Start every process that uses it again.')
        report.note('Look for missing objects with `rindle verify-storage`.')
      }
      return { exitCode: 0, document: { storage, identity, is_new: isNew } }
    }),
})
