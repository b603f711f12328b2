import { resolve } from 'node:path'
import { type Rindle, RindleError } from '@rindle/core'
import { activeStorageSource } from './active-storage.ts'
import { folderSource, pathsIn, pathsOf } from './folder.ts'
import type { ImportSource } from './found-file.ts'
import { mediaLibrarySource } from './media-library.ts'
import { pathMatcher } from './path-template.ts'
import { payloadSource, relationOf } from './payload.ts'
import { openTables } from './source-tables.ts'

/** The applications whose files can be imported. */
export const SOURCES = ['folder', 'active-storage', 'payload', 'medialibrary'] as const

/** One of {@link SOURCES}. */
export type SourceName = (typeof SOURCES)[number]

/** The options that say what to read. */
interface SourceArguments {
  readonly source: SourceName
  readonly place: string
  readonly storage?: string | undefined
  readonly template?: string | undefined
  readonly 'owner-type'?: string | undefined
  readonly slot?: string | undefined
  readonly relation?: readonly string[] | undefined
  readonly service?: string | undefined
  readonly 'time-zone': string
}

/** Opens the source that the arguments name. `invalid_input`. */
export async function openSource(rindle: Rindle, args: SourceArguments, cwd: string): Promise<ImportSource> {
  const { source, place, storage, service } = args
  if (source === 'folder') return folder(rindle, args, cwd)
  if (source === 'payload') return payloadSource(place, (args.relation ?? []).map(relationOf), cwd)
  if (source === 'active-storage') {
    const tables = await openTables(place, cwd, 'active_storage_blobs')
    return closingOnError(tables, () => activeStorageSource(tables, { service, isOnDisk: storage === undefined }))
  }
  const timeZone = args['time-zone']
  assertTimeZone(timeZone)
  const tables = await openTables(place, cwd, 'media')
  return closingOnError(tables, () => mediaLibrarySource(tables, { disk: service, template: args.template, timeZone }))
}

function folder(rindle: Rindle, args: SourceArguments, cwd: string): ImportSource {
  const { place, storage, template, slot } = args
  const match = template === undefined ? null : pathMatcher(template)
  const list = (): AsyncIterable<string> =>
    storage === undefined
      ? pathsIn(resolve(cwd, place))
      : pathsOf(rindle.foreignObjects(storage, { prefix: place }), place)
  return folderSource(list, { match, ownerType: args['owner-type'], slot, isCounted: storage === undefined })
}

async function closingOnError<T>(tables: AsyncDisposable, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await tables[Symbol.asyncDispose]()
    throw error
  }
}

function assertTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en-US', { timeZone })
  } catch (error) {
    throw new RindleError('invalid_input', `There is no time zone "${timeZone}". Name one like Europe/Berlin.`, {
      cause: error,
    })
  }
}
