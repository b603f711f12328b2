import { RindleError } from '@rindle/core'
import { defaultOwnerType } from './default-owner-type.ts'
import type { FoundFile, FoundPlace, ImportSource, SkippedFile } from './found-file.ts'
import type { SourceTables, TextRow } from './source-tables.ts'
import { sourceTime } from './source-time.ts'

const PAGE = 500

/** Records of Active Storage itself: their files are variants and previews, which Rindle makes anew. */
const OWN_RECORDS = ['ActiveStorage::VariantRecord', 'ActiveStorage::Blob']

/** Options of {@link activeStorageSource}. */
interface ActiveStorageOptions {
  /** Only blobs of this service; needed when there are several. */
  readonly service: string | undefined
  /** The layout of the disk service (`ab/cd/abcd…`); otherwise the key is the path. */
  readonly isOnDisk: boolean
}

/** Reads blobs and attachments of Active Storage 5.2 to 8.1: columns that a version lacks are not asked for. */
export async function activeStorageSource(
  tables: SourceTables,
  { service, isOnDisk }: ActiveStorageOptions,
): Promise<ImportSource> {
  const columns = await tables.columns('active_storage_blobs')
  if (columns.size === 0) {
    throw new RindleError(
      'invalid_input',
      'The source has no table active_storage_blobs, so it is not an Active Storage database.',
    )
  }
  const scope = await serviceScope(tables, columns, service)
  return {
    count: async () => {
      const [row] = await tables.query(
        `select cast(count(*) as text) as count from active_storage_blobs ${where([scope.sql])}`,
        scope.values,
      )
      return Number(row?.['count'] ?? 0)
    },
    async *files() {
      let after: string | undefined
      for (;;) {
        const blobs = await blobsAfter(tables, scope, after)
        if (blobs.length === 0) return
        const attached = await attachmentsOf(tables, blobs)
        yield blobs.map((blob) => fileOf(blob, attached.get(String(blob['id'])) ?? [], isOnDisk))
        after = String(blobs.at(-1)?.['id'])
      }
    },
    [Symbol.asyncDispose]: () => tables[Symbol.asyncDispose](),
  }
}

interface Scope {
  readonly sql: string | null
  readonly values: readonly string[]
}

/** Several services lie in several places, and only one place is named. */
async function serviceScope(
  tables: SourceTables,
  columns: ReadonlySet<string>,
  service: string | undefined,
): Promise<Scope> {
  if (!columns.has('service_name')) {
    if (service === undefined) return { sql: null, values: [] }
    throw new RindleError('invalid_input', 'This version of Active Storage has only one service. Omit --service.')
  }
  const rows = await tables.query(
    'select distinct service_name as name from active_storage_blobs order by service_name',
  )
  const names = rows.map(({ name }) => String(name))
  if (service === undefined && names.length > 1) {
    const message = `The blobs are in several services: ${names.join(', ')}. Import one at a time, with --service.`
    throw new RindleError('invalid_input', message)
  }
  if (service !== undefined && !names.includes(service)) {
    throw new RindleError(
      'invalid_input',
      `There is no blob in the service "${service}". Services: ${names.join(', ')}.`,
    )
  }
  return service === undefined ? { sql: null, values: [] } : { sql: 'service_name = $1', values: [service] }
}

function where(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? '' : `where ${given.join(' and ')}`
}

async function blobsAfter(tables: SourceTables, scope: Scope, after: string | undefined): Promise<readonly TextRow[]> {
  const next = after === undefined ? null : `blob.id > ${idParameter(after, scope.values.length + 1)}`
  return tables.query(
    `select cast(blob.id as text) as id, "key", filename, checksum, cast(created_at as text) as created_at
     from active_storage_blobs as blob ${where([scope.sql, next])} order by blob.id limit ${PAGE}`,
    after === undefined ? scope.values : [...scope.values, after],
  )
}

/** SQLite compares a number and a text by their types; PostgreSQL takes the type of the column. */
function idParameter(id: string, index: number): string {
  return /^\d+$/.test(id) ? `cast($${index} as bigint)` : `$${index}`
}

async function attachmentsOf(
  tables: SourceTables,
  blobs: readonly TextRow[],
): Promise<ReadonlyMap<string, readonly TextRow[]>> {
  const ids = blobs.map(({ id }) => String(id))
  const rows = await tables.query(
    `select cast(blob_id as text) as blob_id, record_type, cast(record_id as text) as record_id, name,
       cast((select count(*) from active_storage_attachments as earlier
         where earlier.record_type = attachment.record_type and earlier.record_id = attachment.record_id
           and earlier.name = attachment.name and (earlier.created_at < attachment.created_at
             or (earlier.created_at = attachment.created_at and earlier.id < attachment.id))) as text) as position
     from active_storage_attachments as attachment
     where blob_id in (${ids.map((id, index) => idParameter(id, index + 1)).join(', ')})
     order by attachment.created_at, attachment.id`,
    ids,
  )
  return Map.groupBy(rows, ({ blob_id: blobId }) => String(blobId))
}

function fileOf(blob: TextRow, attached: readonly TextRow[], isOnDisk: boolean): FoundFile | SkippedFile {
  const key = String(blob['key'])
  const own = attached.filter(({ record_type: type }) => !OWN_RECORDS.includes(String(type)))
  if (attached.length > 0 && own.length === 0) return { key, skipped: 'variant' }
  const createdAt = sourceTime(blob['created_at'])
  const { filename, checksum } = blob
  return {
    key,
    path: isOnDisk ? `${key.slice(0, 2)}/${key.slice(2, 4)}/${key}` : key,
    ...(filename === null || filename === undefined ? {} : { filename }),
    ...(createdAt === undefined ? {} : { createdAt }),
    // Blobs that were composed of others have none.
    ...(checksum === null || checksum === undefined ? {} : { checksumMd5: checksum }),
    places: own.map(placeOf),
  }
}

function placeOf(row: TextRow): FoundPlace {
  const type = String(row['record_type'])
  return {
    type,
    ownerType: defaultOwnerType(type),
    ownerId: String(row['record_id']),
    slot: String(row['name']),
    position: Number(row['position']),
  }
}
