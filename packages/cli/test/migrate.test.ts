import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rindle } from './captured-io.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ migrated: false })
})

afterAll(() => database.drop())

describe('migrate', () => {
  test('lists pending migrations, applies them once, and then has nothing to do', async () => {
    const env = { DATABASE_URL: database.url }
    const pending = await rindle(['migrate', '--status'], { env })
    expect(pending.stdout).toMatch(/^pending \d{14}_\w+\n[^]*Run `rindle migrate`\.\n$/)
    expect(pending.exitCode).toBe(1)

    const applied = await rindle(['migrate'], { env })
    expect(applied.stdout).toBe(pending.stdout.replaceAll('pending', 'applied').replace('Run `rindle migrate`.\n', ''))
    expect(applied.exitCode).toBe(0)

    expect(await rindle(['migrate'], { env })).toEqual({ exitCode: 0, stdout: 'Nothing to apply.\n', stderr: '' })
    const status = await rindle(['migrate', '--status', '--format', 'json'], { env })
    const { applied: names, ...rest } = JSON.parse(status.stdout)
    expect(names.length).toBeGreaterThan(0)
    expect(rest).toEqual({ pending: [], failed: [], edited: [], unknown: [] })
    expect(status.exitCode).toBe(0)
  })

  test('prefers the flag to the environment', async () => {
    const env = { DATABASE_URL: 'postgres://127.0.0.1:1/elsewhere' }
    const { exitCode } = await rindle(['migrate', '--status', '--database-url', database.url], { env })
    expect(exitCode).not.toBe(2)
  })

  test('asks for a database when none is named', async () => {
    const { exitCode, stderr } = await rindle(['migrate'], { env: {} })
    expect(stderr).toBe('rindle: No database. Set DATABASE_URL in the environment or in .env, or use --database-url.\n')
    expect(exitCode).toBe(2)
    const empty = await rindle(['migrate'], { env: { DATABASE_URL: '' } })
    expect(empty.stderr).toBe(
      'rindle: DATABASE_URL is empty. Set DATABASE_URL in the environment or in .env, or use --database-url.\n',
    )
    const flag = await rindle(['migrate', '--database-url', ''])
    expect(flag.stderr).toBe(
      'rindle: --database-url is empty. Set DATABASE_URL in the environment or in .env, or use --database-url.\n',
    )
  })
})

describe('a database that cannot be used', () => {
  const secret = 'hunter2-is-secret'

  function withPassword(url: string): string {
    const changed = new URL(url)
    changed.password = secret
    return changed.href
  }

  test.each(['text', 'json'])('is reported without its password: wrong password, as %s', async (format) => {
    const url = withPassword(database.url)
    const { exitCode, stdout, stderr } = await rindle(['migrate', '--database-url', url, '--format', format])
    expect(stdout + stderr).toMatch(/Cannot connect to PostgreSQL at .*password authentication failed/)
    expect(stdout + stderr).not.toContain(secret)
    expect(stderr).not.toContain('    at ')
    expect(exitCode).toBe(2)
  })

  test('is reported without its password: nothing listens', async () => {
    const url = `postgres://me:${secret}@127.0.0.1:${await getPort({ host: '127.0.0.1' })}/app`
    const { exitCode, stderr } = await rindle(['migrate', '--database-url', url])
    expect(stderr).toMatch(/^rindle: Cannot connect to PostgreSQL at .*ECONNREFUSED.*Check that it runs.*\n$/)
    expect(stderr).not.toContain(secret)
    expect(exitCode).toBe(2)
  })

  test('is reported without its password: not a PostgreSQL URL', async () => {
    for (const url of [`mysql://me:${secret}@host/app`, `me:${secret}@host/app`]) {
      const { exitCode, stderr } = await rindle(['migrate'], { env: { DATABASE_URL: url } })
      expect(stderr).toMatch(/^rindle: DATABASE_URL is not a PostgreSQL URL\..*\n$/)
      expect(stderr).not.toContain(secret)
      expect(exitCode).toBe(2)
    }
  })
})
