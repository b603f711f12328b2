import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../src/index.ts'

async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('a row in one test database is not in another', async () => {
  await using first = await createTestDatabase({ migrated: false })
  await using second = await createTestDatabase({ migrated: false })
  await query(first.url, 'create table mark (n int)')
  const found = await query(second.url, `select to_regclass('mark') as mark`)
  expect(found).toEqual([{ mark: null }])
})
test('zz', async () => { console.log(process.execArgv, import.meta.resolve?.('@rindle/embedded')); const m = await import('@rindle/embedded'); console.log(m)
 const { execFileSync } = await import('node:child_process'); console.log(execFileSync(process.execPath, [...process.execArgv, '-e', 'console.log(process.execArgv)']).toString(), process.env.NODE_OPTIONS)
})
