import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, openDatabase } from '@rindle/prisma'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { run } from '../src/index.ts'
import { type Application, type ConfigOptions, configText, jpeg, makeApplication } from './application.ts'
import { capturedIo, type Finished, rindle } from './captured-io.ts'

/** An application with its configuration, a photo `one.jpg` and a database, for the commands of one test file. */
export interface UsedApplication {
  readonly application: Application
  readonly database: TestDatabase
  /** A connection of the tests' own. */
  readonly client: Database
  /** Where the commands run. */
  readonly here: () => { readonly cwd: string; readonly env: { readonly DATABASE_URL: string } }
  readonly command: (...argv: readonly string[]) => Promise<Finished>
  /** Does something while a worker works in this process. */
  readonly whileWorking: <T>(work: () => Promise<T>) => Promise<T>
  /** Uploads `one.jpg` and has its variants made. Gives the asset's id. */
  readonly readyAsset: (...argv: readonly string[]) => Promise<string>
}

/** How {@link useApplication} sets up. */
export interface UseApplicationOptions {
  /** The text of the configuration. @default that of `configText` */
  readonly config?: ConfigOptions
  /**
   * `once`: everything is made once, for all tests. `copied`: each test has a copy of the database, and the stored files
   * of the profile, as `beforeAll` of the file left them. `anew`: everything is made anew for each test; a database knows
   * the root of its storage. @default 'once'
   */
  readonly each?: 'once' | 'copied' | 'anew'
}

/** Sets an application up, before what the file itself does then, and takes it down behind. */
export function useApplication({ config = {}, each = 'once' }: UseApplicationOptions = {}): UsedApplication {
  let application: Application
  let database: TestDatabase
  let client: Database

  const open = (opened: TestDatabase): void => {
    database = opened
    client = openDatabase(opened.url)
  }
  const begin = async (): Promise<void> => {
    open(await createTestDatabase())
    application = await makeApplication()
    await application.write('rindle.config.ts', configText(config))
    await application.write('one.jpg', await jpeg())
  }
  const end = async (): Promise<void> => {
    await client.close()
    await application[Symbol.asyncDispose]()
    await database.drop()
  }
  if (each === 'anew') {
    beforeEach(begin)
    afterEach(end)
  } else {
    beforeAll(begin)
    afterAll(end)
  }
  if (each === 'copied') {
    let original: TestDatabase
    beforeEach(async () => {
      // Nobody may be connected to a database that is copied.
      await client.close()
      original = database
      open(await createTestDatabase({ copyOf: original }))
    })
    afterEach(async () => {
      await client.close()
      await database.drop()
      open(original)
    })
    keepFiles(() => join(application.directory, 'media', 'photo'))
  }

  const here: UsedApplication['here'] = () => ({ cwd: application.directory, env: { DATABASE_URL: database.url } })
  const command: UsedApplication['command'] = (...argv) => rindle(argv, here())
  const whileWorking = async <T>(work: () => Promise<T>): Promise<T> => {
    const stop = new AbortController()
    const io = capturedIo({ ...here(), signal: stop.signal })
    const worker = run(['worker'], io)
    const endedEarly = worker.then((exitCode) => {
      throw new Error(`The worker ended with ${exitCode}: ${io.stderr.text}`)
    })
    endedEarly.catch(() => {})
    while (!io.stderr.text.includes('Working')) await Promise.race([once(io.stderr, 'written'), endedEarly])
    const done = await work().finally(() => stop.abort())
    expect(await worker).toBe(0)
    return done
  }
  return {
    get application() {
      return application
    },
    get database() {
      return database
    },
    get client() {
      return client
    },
    here,
    command,
    whileWorking,
    async readyAsset(...argv) {
      const { stdout } = await whileWorking(() => command('upload', 'photo', 'one.jpg', '--wait', ...argv))
      const [, id] = /^asset (\S+) ready/.exec(stdout) ?? []
      if (id === undefined) throw new Error(`It did not become ready: ${stdout}`)
      return id
    },
  }
}

/** Puts the files of a directory, if there is one, back after each test as they were before it. */
function keepFiles(directory: () => string): void {
  const kept = (): string => `${directory()}.kept`
  beforeEach(async () => {
    if (existsSync(directory())) await cp(directory(), kept(), { recursive: true, preserveTimestamps: true })
  })
  afterEach(async () => {
    if (!existsSync(kept())) return
    await rm(directory(), { recursive: true, force: true })
    await rename(kept(), directory())
  })
}
