import { RindleError } from '@rindle/core'
import { defaultOwnerType } from './default-owner-type.ts'
import type { FoundFile, ImportSource } from './found-file.ts'
import { fillTemplate } from './path-template.ts'
import type { SourceTables, TextRow } from './source-tables.ts'
import { sourceTime } from './source-time.ts'

const PAGE = 500
const DEFAULT_TEMPLATE = '{id}/{file_name}'

/** Options of {@link mediaLibrarySource}. */
interface MediaLibraryOptions {
  /** Only files of this disk; needed when there are several. */
  readonly disk: string | undefined
  /** Where a file lies, by columns of its row. */
  readonly template: string | undefined
  /** The zone of the application's clock. */
  readonly timeZone: string
}

/** Reads the table `media` of spatie/laravel-medialibrary. Conversions and responsive images have no rows there. */
export async function mediaLibrarySource(
  tables: SourceTables,
  { disk, template = DEFAULT_TEMPLATE, timeZone }: MediaLibraryOptions,
): Promise<ImportSource> {
  const columns = await tables.columns('media')
  if (!columns.has('collection_name')) {
    throw new RindleError('invalid_input', 'The source has no table media with a column collection_name.')
  }
  const disks = (await tables.query('select distinct disk as name from media order by disk')).map(
    ({ name }) => `${name}`,
  )
  if (disk === undefined && disks.length > 1) {
    const message = `The files are on several disks: ${disks.join(', ')}. Import one at a time, with --service.`
    throw new RindleError('invalid_input', message)
  }
  const scope = disk === undefined ? { sql: 'true', values: [] } : { sql: 'disk = $1', values: [disk] }
  const selected = [...columns].map((column) => `cast("${column.replaceAll('"', '""')}" as text) as "${column}"`)
  return {
    count: async () => {
      const sql = `select cast(count(*) as text) as count from media where ${scope.sql}`
      return Number((await tables.query(sql, scope.values))[0]?.['count'] ?? 0)
    },
    async *files() {
      let after = '0'
      for (;;) {
        const rows = await tables.query(
          `select ${selected.join(', ')}, ${POSITION}
           from media as medium where ${scope.sql} and id > cast($${scope.values.length + 1} as bigint)
           order by medium.id limit ${PAGE}`,
          [...scope.values, after],
        )
        if (rows.length === 0) return
        yield rows.map((row) => fileOf(row, template, timeZone))
        after = String(rows.at(-1)?.['id'])
      }
    },
    [Symbol.asyncDispose]: () => tables[Symbol.asyncDispose](),
  }
}

/** Among the files of the same model and collection. */
const POSITION = `cast((select count(*) from media as earlier
  where earlier.model_type = medium.model_type and earlier.model_id = medium.model_id
    and earlier.collection_name = medium.collection_name
    and (coalesce(earlier.order_column, earlier.id) < coalesce(medium.order_column, medium.id)
      or (coalesce(earlier.order_column, earlier.id) = coalesce(medium.order_column, medium.id)
        and earlier.id < medium.id))) as text) as rindle_position`

function fileOf(row: TextRow, template: string, timeZone: string): FoundFile {
  const createdAt = sourceTime(row['created_at'], timeZone)
  const type = String(row['model_type'])
  return {
    key: `media ${row['id']}`,
    path: fillTemplate(template, row),
    filename: String(row['file_name']),
    ...(createdAt === undefined ? {} : { createdAt }),
    places: [
      {
        type,
        ownerType: defaultOwnerType(type),
        ownerId: String(row['model_id']),
        slot: String(row['collection_name']),
        position: Number(row['rindle_position']),
      },
    ],
  }
}
