import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { withRindle } from '../with-rindle.ts'

/** The message about a storage, by whether it is a dry run. */
const NEW = {
  false: 'is set up with a new identity.',
  true: 'is new or different: it would be set up with a new identity.',
}
const SAME = {
  false: 'is set up, with the identity that it had before.',
  true: 'is set up, with the expected identity.',
}

/** `rindle init-storage`: accepts whatever is at a storage's address now as that storage. */
export const initStorage: Command = defineCommand({
  usage: 'init-storage <storage>',
  describe: 'Accept a storage that was moved or emptied on purpose',
  examples: [
    ['init-storage main', 'After its directory was moved to a new disk, or emptied; deletes nothing'],
    ['init-storage main --dry-run', 'Report whether it is the expected storage'],
  ],
  positionals: { storage: { type: 'string', demandOption: true, describe: 'Its name in the configuration' } },
  options: { 'dry-run': { ...DRY_RUN_OPTION, describe: 'Report, and change nothing' } },
  // Not started: `start` refuses a storage that is not the known one.
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      const dryRun = args['dry-run']
      const { storage, identity, isNew } = await rindle.initStorage(args.storage, { dryRun })
      report.line(`Storage "${storage}" ${isNew ? NEW[`${dryRun}`] : SAME[`${dryRun}`]}`)
      for (const note of nothingChangedNotes(dryRun)) report.note(note)
      if (isNew && !dryRun) {
        report.note('Restart every process that uses it.')
        report.note('Look for missing objects with `rindle verify-storage`.')
      }
      return { exitCode: 0, document: { storage, identity, is_new: isNew, dry_run: dryRun } }
    }),
})
