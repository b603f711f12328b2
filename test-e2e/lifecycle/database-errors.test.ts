import { createRindle, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { createTestDatabase } from '@rindle/test-database'
import { expect, it } from 'vitest'
import { photoProfiles, storageIn } from '../support/photo-profiles.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

async function startError(database: string): Promise<unknown> {
  const rindle = createRindle({
    database,
    storages: { main: storageIn('/nonexistent') },
    processors: [warmImageProcessor()],
    jobs: pgBossJobs(),
    logger: silentLogger,
    profiles: photoProfiles,
  })
  const error = await rindle.start().then(
    () => undefined,
    (cause: unknown) => cause,
  )
  await rindle.stop()
  return error
}

it('a server that is not there is named as such, without its password', async () => {
  const error = await startError('postgres://user:hunter2@127.0.0.1:1/app')
  expect(error).toMatchObject({
    code: 'database_unavailable',
    retryable: true,
    message: 'The database cannot be reached: the connection was refused.',
  })
  expect(JSON.stringify(error)).not.toContain('hunter2')
})

it('a database that does not exist, or refuses the user, is a matter of set-up', async () => {
  const database = await createTestDatabase()
  const elsewhere = new URL(database.url)
  elsewhere.pathname = '/there_is_none'
  expect(await startError(elsewhere.href)).toMatchObject({ code: 'setup_incomplete', retryable: false })
  const stranger = new URL(database.url)
  stranger.username = 'stranger'
  stranger.password = 'wrong'
  expect(await startError(stranger.href)).toMatchObject({ code: 'setup_incomplete' })
  await database.drop()
})

it('a database without our tables asks for the migration by its command', async () => {
  const database = await createTestDatabase({ migrated: false })
  expect(await startError(database.url)).toMatchObject({
    code: 'setup_incomplete',
    message: expect.stringContaining('rindle migrate'),
  })
  await database.drop()
})
