import { type Command, defineCommand } from '../command.ts'
import { DRY_RUN_OPTION, nothingChangedNotes } from '../operation/dry-run-option.ts'
import { withRindle } from '../with-rindle.ts'

/** The message about a storage, by whether it is a dry run. */
const NEW = {
  false: 'is set up with a new identity.',
  true: 'is not the known one, or does not exist: it would be set up with a new identity.',
}
const SAME = { false: 'is set up, as it was before.', true: 'is set up, and is the known one.' }

/** `rindle init-storage`: accepts whatever is at a storage's address now as that storage. */
export const initStorage: Command = defineCommand({
  usage: 'init-storage <storage>',
  describe: 'Set up a storage that was moved or emptied on purpose',
  examples: [
    ['init-storage main', 'After its directory was moved to a new disk, or emptied; deletes nothing'],
    ['init-storage main --dry-run', 'Say whether the storage there is the known one'],
  ],
  positionals: { storage: { type: 'string', demandOption: true, describe: 'Its name in the configuration' } },
  options: { 'dry-run': { ...DRY_RUN_OPTION, describe: 'Only report, and change nothing' } },
  // Not started: `start` refuses a storage that is not the known one.
  run: async (args, { io, report }) =>
    withRindle(args, io, async (rindle) => {
      const dryRun = args['dry-run']
      const { storage, identity, isNew } = await rindle.initStorage(args.storage, { dryRun })
      report.line(`Storage "${storage}" ${isNew ? NEW[`${dryRun}`] : SAME[`${dryRun}`]}`)
      for (const note of nothingChangedNotes(dryRun)) report.note(note)
      if (isNew && !dryRun) {
        report.note('Start every process that uses it again.')
        report.note('Look for missing objects with `rindle verify-storage`.')
      }
      return { exitCode: 0, document: { storage, identity, is_new: isNew, dry_run: dryRun } }
    }),
})
