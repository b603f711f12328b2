import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Application, configText, makeApplication } from './application.ts'
import { type Finished, rindle } from './captured-io.ts'

const ABSENT = '019a3b1c-7d2e-7f00-8000-000000000001'
const FOUND_NOTHING = `rindle: There is no asset ${ABSENT} in this database.\n`

let database: TestDatabase
let other: TestDatabase
let application: Application

beforeAll(async () => {
  database = await createTestDatabase()
  other = await createTestDatabase()
})

afterAll(() => Promise.all([database.drop(), other.drop()]))

beforeEach(async () => {
  application = await makeApplication()
})

afterEach(() => application[Symbol.asyncDispose]())

/** A command that needs the configuration and its database, and nothing else. */
function show(...options: readonly string[]): Promise<Finished> {
  return rindle(['show', ABSENT, ...options], { cwd: application.directory, env: { DATABASE_URL: database.url } })
}

describe('the configuration file', () => {
  test.each(['rindle.config.ts', 'rindle.config.mts', 'rindle.config.mjs'])('is found as %s', async (name) => {
    await application.write(name, configText({}))
    expect(await show()).toEqual({ exitCode: 1, stdout: '', stderr: FOUND_NOTHING })
  })

  test('is found wherever --config says', async () => {
    await application.write('media.ts', configText({}))
    expect((await show('--config', 'media.ts')).stderr).toBe(FOUND_NOTHING)
    expect((await show('--config', join(application.directory, 'media.ts'))).stderr).toBe(FOUND_NOTHING)
  })

  test('may export the instance, or a function that makes it now or later', async () => {
    const exported = 'export default () => createRindle'
    await application.write('instance.ts', configText({}).replace(exported, 'export default createRindle'))
    await application.write('later.ts', configText({}).replace(exported, 'export default async () => createRindle'))
    expect((await show('--config', 'instance.ts')).stderr).toBe(FOUND_NOTHING)
    expect((await show('--config', 'later.ts')).stderr).toBe(FOUND_NOTHING)
  })

  test('may use what only a compiler of TypeScript understands', async () => {
    // All that it imports is JavaScript, as in an application; the sources of this workspace would be compiled, too.
    await application.write('instance.mjs', configText({}))
    const text =
      "import instance from './instance.mjs'\nenum Size { Small = 32 }\nvoid Size.Small\nexport default instance"
    await application.write('rindle.config.ts', text)
    expect((await show()).stderr).toBe(FOUND_NOTHING)
  })

  test('is asked for when there is none', async () => {
    const { exitCode, stderr } = await show()
    expect(stderr).toContain(`There is no rindle.config.ts in ${application.directory}. Run \`rindle init\``)
    expect(exitCode).toBe(2)
    expect((await show('--config', 'gone.ts')).stderr).toContain('There is no configuration file gone.ts.')
  })

  test.each(['export const rindle = 1', 'export default { start() {} }', 'export default () => null'])(
    'is refused when it exports nothing usable: %s',
    async (content) => {
      await application.write('rindle.config.ts', content)
      const { exitCode, stderr } = await show()
      expect(stderr).toMatch(
        /^rindle: rindle\.config\.ts has no instance of Rindle as its default export\. Write .*\n$/,
      )
      expect(exitCode).toBe(2)
    },
  )

  test('is refused problem by problem when its options are wrong', async () => {
    const wrong = configText({}).replace("storage: 'main'", "storage: 'man'").replace('jobs: pgBossJobs(),', 'job: 1,')
    await application.write('rindle.config.ts', wrong)
    const { exitCode, stderr } = await show()
    expect(stderr).toMatch(
      /rindle\.config\.ts: Rindle's options are not valid:\n {2}jobs: .*\n {2}job: is not an option\n/,
    )
    expect(exitCode).toBe(2)
    const { error } = JSON.parse((await show('--format', 'json')).stdout)
    expect(error).toMatchObject({ code: 'config_invalid', details: { problems: expect.any(Array) } })
  })

  test('is shown with its stack when its own code fails, which has run once', async () => {
    const before = `import { appendFileSync } from 'node:fs'
appendFileSync(new URL('./runs', import.meta.url), 'once ')
throw new Error('no such secret store')`
    await application.write('rindle.config.ts', configText({ before }))
    const { exitCode, stderr } = await show()
    expect(await readFile(join(application.directory, 'runs'), 'utf8')).toBe('once ')
    expect(stderr).toMatch(
      /rindle\.config\.ts could not be loaded\.[^]*Caused by: Error: no such secret store\n {4}at /,
    )
    expect(exitCode).toBe(1)
  })
})

describe('--database-url', () => {
  test('stands for DATABASE_URL while the file is loaded, and not afterwards', async () => {
    await application.write('rindle.config.ts', configText({}))
    const before = process.env['DATABASE_URL']
    const { stderr } = await rindle(['show', ABSENT, '--database-url', other.url], {
      cwd: application.directory,
      env: { DATABASE_URL: 'postgres://127.0.0.1:1/elsewhere' },
    })
    expect(stderr).toBe(FOUND_NOTHING)
    expect(process.env['DATABASE_URL']).toBe(before)
  })

  test('is never silently ignored', async () => {
    await application.write('rindle.config.ts', configText({ database: JSON.stringify(database.url) }))
    const { exitCode, stderr } = await show('--database-url', other.url)
    expect(stderr).toContain('connects to a database other than the one of --database-url')
    expect(exitCode).toBe(2)
    expect((await show('--database-url', database.url)).stderr).toBe(FOUND_NOTHING)
  })
})

test('a database without tables gets the advice to migrate', async () => {
  await using empty = await createTestDatabase({ migrated: false })
  await application.write('rindle.config.ts', configText({}))
  await application.write('a.jpg', 'x')
  const options = { cwd: application.directory, env: { DATABASE_URL: empty.url } }
  for (const argv of [['show', ABSENT], ['upload', 'photo', 'a.jpg'], ['worker']]) {
    const { exitCode, stderr } = await rindle(argv, options)
    expect(stderr).toMatch(/^rindle: .*Run `rindle migrate`\.\n$/)
    expect(exitCode).toBe(2)
  }
})

test('a database that does not exist is reported in one line', async () => {
  await application.write('rindle.config.ts', configText({}))
  const env = { DATABASE_URL: 'postgres://me:hunter2-is-secret@127.0.0.1:1/app' }
  for (const argv of [['show', ABSENT], ['upload', 'photo', 'a.jpg'], ['worker']]) {
    const { exitCode, stderr } = await rindle(argv, { cwd: application.directory, env })
    expect(stderr).toMatch(/^rindle: .*(cannot be reached|Cannot connect).*\n$/)
    expect(stderr).not.toContain('hunter2')
    expect(exitCode).toBe(2)
  }
})
