import { resolve } from 'node:path'
import { type Command, defineCommand } from '../command.ts'
import { formatSize } from '../format-size.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, SCOPE_OPTIONS, scopeOf } from '../operation/scope-options.ts'

/** `rindle export`: writes everything that an owner holds into a directory. */
export const exportOwner: Command = defineCommand({
  usage: 'export <type> <id>',
  describe: "Export an owner's files to a directory, with a manifest",
  examples: [
    ['export user 42 --directory ./user-42', 'Originals, text tracks, manifest.json and SHA256SUMS'],
    ['export user 42 --directory ./user-42 --concurrency 16', 'Continue it, faster'],
  ],
  positionals: {
    type: { type: 'string', demandOption: true, describe: "The owner's type" },
    id: { type: 'string', demandOption: true, describe: "The owner's id" },
  },
  options: {
    directory: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'A new directory, or that of an earlier export',
    },
    tenant: SCOPE_OPTIONS.tenant,
    concurrency: CONCURRENCY_OPTION,
  },
  run: async (args, context) => {
    const directory = resolve(context.io.cwd, args.directory)
    const options = { directory, ...scopeOf(args) }
    return runOperationCommand(args, context, 'exporting the files of an owner', async (rindle, walkOptions) => {
      const owner = { type: args.type, id: args.id }
      const report = await rindle.exportOwner(owner, { ...walkOptions, ...options })
      const { assets, files, kept, bytes, withoutFile, errors, isWhole } = report
      return {
        summary: { assets, files, kept, bytes, without_file: withoutFile, errors },
        findings: isWhole ? [`Everything is there: ${formatSize(bytes)}, listed in manifest.json.`] : [],
        notes: [
          ...(isWhole
            ? []
            : ['Some files are missing, so there is no manifest. Run this again; complete files are kept.']),
          ...(withoutFile > 0 ? ['Some uploads have no file to export: they are in progress, or were refused.'] : []),
        ],
        facts: { directory, is_whole: isWhole },
        hasErrors: errors > 0,
        stopped: report.stopped,
        interrupted: report.interrupted,
      }
    })
  },
})
