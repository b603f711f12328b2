import { resolve } from 'node:path'
import { RindleError } from '@rindle/core'
import { assertProfile } from '../assert-profile.ts'
import { type Command, defineCommand } from '../command.ts'
import { type FilePlace, inDirectory, inStorage } from '../import/file-place.ts'
import { ImportReport } from '../import/import-report.ts'
import { importResult } from '../import/import-result.ts'
import { mappingOf } from '../import/mapping.ts'
import { openSource, SOURCES } from '../import/open-source.ts'
import { runImport } from '../import/run-import.ts'
import { isLive, LIVE_OPTIONS } from '../operation/live-options.ts'
import { runOperationCommand } from '../operation/run-operation-command.ts'
import { CONCURRENCY_OPTION, scopeOf } from '../operation/scope-options.ts'

const DEFAULT_CONCURRENCY = 4

/** `rindle import`: makes assets of the files of another application, and leaves those as they are. */
export const importFiles: Command = defineCommand({
  usage: 'import <source> <place>',
  describe: 'Import the files of a folder or of another application',
  examples: [
    ['import folder ./photos --profile photo', 'Check every file, and import nothing'],
    ['import folder ./photos --profile photo --live', 'Import them; run it again to continue'],
    [
      'import folder public/avatars --profile avatar --template {owner_id}.{any} --owner-type member --slot avatar',
      'Attach each to its owner',
    ],
    ['import active-storage $RAILS_DATABASE_URL --files storage --map Member.avatar=avatar', 'The avatars of Rails'],
    ['import active-storage $RAILS_DATABASE_URL --storage bucket --profile photo', 'Everything, from a bucket'],
    [
      'import payload media.json --files media --relation posts.json:hero=post/cover --profile photo',
      'An upload collection',
    ],
    ['import medialibrary media.json --files storage/app/public --map Post.images=photo/gallery', 'Laravel'],
  ],
  positionals: {
    source: { type: 'string', choices: SOURCES, demandOption: true, describe: 'Where the files come from' },
    place: { type: 'string', demandOption: true, describe: 'A directory, a database URL, a SQLite or JSON file' },
  },
  options: {
    profile: { type: 'string', requiresArg: true, describe: 'The profile of files that no --map names' },
    map: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: '<type>.<slot>=<profile>[/<slot>][@<owner type>]',
    },
    files: { type: 'string', requiresArg: true, describe: 'The directory that holds the files' },
    storage: { type: 'string', requiresArg: true, describe: 'The configured storage that holds them' },
    prefix: { type: 'string', requiresArg: true, default: '', describe: 'The prefix of their keys in the storage' },
    template: { type: 'string', requiresArg: true, describe: 'The pattern of the paths, with {placeholders}' },
    'owner-type': { type: 'string', requiresArg: true, describe: 'folder: the type of every owner' },
    slot: { type: 'string', requiresArg: true, describe: 'folder: the slot of every file' },
    relation: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'payload: <file>:<field>=<owner type>/<slot>',
    },
    service: { type: 'string', requiresArg: true, describe: 'Only files of this service or disk' },
    'time-zone': {
      type: 'string',
      requiresArg: true,
      default: 'UTC',
      describe: "medialibrary: the application's time zone",
    },
    unattached: { type: 'boolean', default: false, describe: 'Also import files that no record uses' },
    'in-place': { type: 'boolean', default: false, describe: 'Leave the objects where they are; needs --storage' },
    report: { type: 'string', requiresArg: true, describe: 'Write one line of JSON per file to this file' },
    tenant: { type: 'string', requiresArg: true, describe: 'The tenant that the assets belong to' },
    concurrency: CONCURRENCY_OPTION,
    ...LIVE_OPTIONS,
  },
  run: async (args, context) => {
    const live = isLive(args)
    const mapping = mappingOf(args.map ?? [], args.profile)
    if (mapping.profiles.length === 0) throw new RindleError('invalid_input', 'Name a --profile, or a --map.')
    const { concurrency = DEFAULT_CONCURRENCY } = scopeOf(args)
    return runOperationCommand(args, context, `importing from ${args.source}`, async (rindle, walkOptions) => {
      for (const profile of mapping.profiles) assertProfile(rindle, profile)
      const { cwd } = context.io
      const place = await placeOf(args, cwd)
      await using source = await openSource(rindle, args, cwd)
      await using report = await ImportReport.begin(args.report === undefined ? undefined : resolve(cwd, args.report))
      const takesUnattached = args.unattached || (args.source === 'folder' && args.template === undefined)
      const { tenant } = args
      const plan = {
        source,
        place,
        mapping,
        tenant,
        live,
        inPlace: args['in-place'],
        takesUnattached,
        concurrency,
        report,
      }
      const interrupted = await runImport(rindle, { ...walkOptions, ...plan })
      return importResult(report, live, interrupted)
    })
  },
})

interface PlaceArguments {
  readonly source: string
  readonly place: string
  readonly files?: string | undefined
  readonly storage?: string | undefined
  readonly prefix: string
  readonly 'in-place': boolean
}

async function placeOf(args: PlaceArguments, cwd: string): Promise<FilePlace> {
  const { storage, prefix, files = args.source === 'folder' && storage === undefined ? args.place : undefined } = args
  if ((files === undefined) === (storage === undefined)) {
    throw new RindleError('invalid_input', 'Say where the files are: --files for a directory, or --storage.')
  }
  if (args['in-place'] && storage === undefined) {
    throw new RindleError(
      'invalid_input',
      '--in-place needs --storage: only objects in a storage can stay where they are.',
    )
  }
  if (storage === undefined) return inDirectory(resolve(cwd, files ?? ''))
  return inStorage(storage, args.source === 'folder' ? args.place : prefix)
}
