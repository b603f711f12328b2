import type { Rindle } from '@rindle/core'
import { createHandler, type RindleHandler } from '@rindle/http'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { countedPool } from '../support/counted-pool.ts'
import { documentProfiles } from '../support/document-profiles.ts'

let application: Application<typeof documentProfiles>
let pool: pg.Pool
let rindle: Rindle<typeof documentProfiles>
let handler: RindleHandler
let statements: () => readonly string[]

beforeAll(async () => {
  application = await startApplication({ profiles: documentProfiles })
  pool = new pg.Pool({ connectionString: application.databaseUrl })
  statements = countedPool(pool)
  const jobs = pgBossJobs({ connectionString: application.databaseUrl })
  rindle = await application.another({ database: { pool }, jobs })
  handler = createHandler(rindle, { basePath: '/rindle', actor: () => ({ id: 'ada' }) })
})
afterAll(async () => {
  await rindle.stop()
  await pool.end()
  await application[Symbol.asyncDispose]()
})

async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  statements()
  const response = await handler(
    new Request(`http://localhost/rindle${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  )
  return { status: response.status, body: await response.json() }
}

it('an upload begins in one statement, and is shown with its uploader in one', async () => {
  const begun = await ask('POST', '/uploads', { profile: 'document', filename: 'a.pdf', byteSize: 10 })
  expect(statements()).toHaveLength(1)
  expect(begun).toMatchObject({ status: 201, body: { state: 'signed', request: { method: 'PUT' } } })
  const { assetId } = begun.body as { assetId: string }
  const shown = await ask('GET', `/assets/${assetId}`)
  expect(statements()).toHaveLength(1)
  expect(shown).toMatchObject({ status: 200, body: { id: assetId, state: 'staged', url: null } })
})
