import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  ASSET_KINDS,
  ASSET_STATES,
  DELIVERY_STATES,
  OUTPUT_KINDS,
  RUN_STATES,
  SESSION_STATES,
  UPLOAD_STRATEGIES,
  VARIANT_STATES,
} from '@rindle/core'
import { createTestDatabase } from '@rindle/test-database'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let database: Awaited<ReturnType<typeof createTestDatabase>>
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** Values that a column's CHECK constraint allows, as the migrated database itself reports it. */
async function allowed(table: string, column: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint
     where conrelid = $1::regclass and conname = $2`,
    [`rindle.${table}`, `${table}_${column}_check`],
  )
  return [...(rows[0]?.definition ?? '').matchAll(/'([a-z_]+)'::text/g)].map(([, value = '']) => value)
}

describe('the migrations and the domain know the same lists', () => {
  it.each<[string, string, readonly string[]]>([
    ['media_assets', 'state', ASSET_STATES],
    ['media_assets', 'kind', ASSET_KINDS],
    ['media_variants', 'state', VARIANT_STATES],
    ['media_variants', 'output_kind', OUTPUT_KINDS],
    ['media_upload_sessions', 'state', SESSION_STATES],
    ['media_upload_sessions', 'upload_strategy', UPLOAD_STRATEGIES],
    ['media_processing_runs', 'state', RUN_STATES],
    ['media_deliveries', 'state', DELIVERY_STATES],
  ])('%s.%s', async (table, column, list) => {
    expect(await allowed(table, column)).toEqual([...list])
  })
})

it('count_open_uploads counts the sessions that the domain calls open', async () => {
  const { rows } = await client.query<{ source: string }>(
    `select prosrc as source from pg_proc where oid = 'rindle.count_open_uploads'::regproc`,
  )
  const [, states = ''] = /session\.state IN \(([^)]*)\)/.exec(rows[0]?.source ?? '') ?? []
  const ended = ['completed', 'aborted', 'expired', 'failed']
  const open = SESSION_STATES.filter((state) => !ended.includes(state))
  expect(states.split(', ')).toEqual(open.map((state) => `'${state}'`))
})

it('schema.prisma and the migrated database know the same columns', async () => {
  const packageEntry = createRequire(import.meta.url).resolve('@rindle/prisma')
  const schema = await readFile(join(dirname(packageEntry), '..', 'schema.prisma'), 'utf8')
  const declared = new Set<string>()
  for (const [, body = ''] of schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? ''
    for (const [, field = '', type = '', rest = ''] of body.matchAll(/^ {2}([a-z]\w*) +([A-Z]\w*[?[\]]*)(.*)$/gm)) {
      if (type.startsWith('Media')) continue
      declared.add(`${table}.${/@map\("(\w+)"\)/.exec(rest)?.[1] ?? field}${type.endsWith('?') ? '?' : ''}`)
    }
  }
  const { rows } = await client.query<{ column: string }>(
    `select table_name || '.' || column_name || case is_nullable when 'YES' then '?' else '' end as column
     from information_schema.columns where table_schema = 'rindle' and table_name like 'media_%'`,
  )
  expect(declared).toEqual(new Set(rows.map(({ column }) => column)))
  expect(declared.size).toBeGreaterThan(70)
})
