import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineProfile, type ExportManifest, mirrored } from '@rindle/core'
import { localStorage } from '@rindle/storage-local'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { objectsIn } from './snapshot.ts'

const kills = byRunLength('an export and a check of mirrors are killed and run again', {
  sample: 0,
  short: 3,
  long: 50,
})
const FILES = Math.max(8, kills * 4)
const OWNER = { type: 'member', id: '7' }
const BIN = join(import.meta.dirname, '../../packages/cli/src/bin.ts')
const KEY = 'a key of the tests, of enough characters'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
    slots: { gallery: 'many' },
  }),
}

/** Writes down each object that it copies, and dies at the first, or some turns of the event loop later. */
const CONFIG = `
import { appendFileSync } from 'node:fs'
import { createRindle, defineProfile, mirrored, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { localStorage } from '@rindle/storage-local'
import { faultyStorage } from '@rindle/testing'

let calls = process.env.KILL_TURNS === undefined ? 0 : 1
let turns = Number(process.env.KILL_TURNS)
const die = () => (turns-- <= 0 ? process.kill(process.pid, 'SIGKILL') : setImmediate(die))
const watched = (directory) =>
  faultyStorage(localStorage({ directory, baseUrl: 'http://127.0.0.1:9', signingKey: '${KEY}' }), {
    onCall: (point, [key]) => {
      if (point !== process.env.POINT) return
      appendFileSync(process.env.CALLS, key + '\\n')
      if (--calls === 0) die()
    },
  })

export default createRindle({
  database: process.env.DATABASE_URL,
  storages: { main: mirrored(watched(process.env.PRIMARY), [watched(process.env.MIRROR)]) },
  jobs: pgBossJobs(),
  logger: silentLogger,
  profiles: {
    photo: defineProfile({
      storage: 'main',
      accept: { types: ['image/jpeg'], maxBytes: 1_000_000 },
      slots: { gallery: 'many' },
    }),
  },
})
`

describe.runIf(kills > 0)('a killed verb goes on, and copies nothing twice but what it had in hand:', () => {
  let application: Application<typeof profiles>
  let directory: string
  let picture: Buffer
  const primary = () => join(application.directory, 'storage')
  const mirrorOf = (folder: string) =>
    localStorage({ directory: folder, baseUrl: 'http://127.0.0.1:9', signingKey: KEY })

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rindle-killed-'))
    await symlink(join(import.meta.dirname, '../node_modules'), join(directory, 'node_modules'))
    await writeFile(join(directory, 'rindle.config.mjs'), CONFIG)
    picture = await quadrants(8, 8)
    application = await startApplication({
      profiles,
      wrapStorage: (storage) => mirrored(storage, [mirrorOf(join(directory, 'mirror'))]),
    })
    const workers = await application.work()
    const uploaded = await Promise.all(
      Array.from({ length: FILES }, (_, index) =>
        application.rindle.upload('photo', picture, { filename: `${index}.jpg`, owner: OWNER, slot: 'gallery' }),
      ),
    )
    for (const { id } of uploaded) await settled(application.rindle, id)
    const mirror = mirrorOf(join(directory, 'mirror'))
    await vi.waitFor(async () => expect(await objectsIn(mirror)).toHaveLength(FILES), { timeout: 30_000 })
    await workers.stop()
  }, 120_000)
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  async function run(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, ['--conditions=dev-source', BIN, ...argv, '--format', 'json'], {
      cwd: directory,
      env: {
        ...process.env,
        DATABASE_URL: application.databaseUrl,
        PRIMARY: primary(),
        MIRROR: join(directory, 'mirror'),
        CALLS: join(directory, 'calls'),
        ...env,
      },
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return { code: signal ?? code, text }
  }

  /** Kills it again and again, and then lets it end. Returns the object of each call that copies one. */
  async function killed(point: 'get:before' | 'put:before', argv: readonly string[]): Promise<readonly string[]> {
    await writeFile(join(directory, 'calls'), '')
    const random = seededRandom(SEED)
    for (let kill = 0; kill < kills; kill++) {
      // It does a few files before it dies, and there are enough for all deaths.
      const env = { POINT: point, KILL_TURNS: `${Math.floor(random() * 30)}` }
      expect(await run(argv, env)).toMatchObject({ code: 'SIGKILL' })
    }
    expect(await run(argv, { POINT: point })).toMatchObject({ code: 0 })
    return (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n')
  }

  test('an export', { timeout: 60_000 + kills * 10_000 }, async () => {
    const to = join(directory, 'out')
    const argv = ['export', OWNER.type, OWNER.id, '--directory', to, '--concurrency', '1']
    const read = await killed('get:before', argv)
    expect(new Set(read).size).toBe(FILES)
    expect(read.length).toBeLessThanOrEqual(FILES + kills)
    const manifest = JSON.parse(await readFile(join(to, 'manifest.json'), 'utf8')) as ExportManifest
    expect(manifest.assets).toHaveLength(FILES)
    const digest = createHash('sha256').update(picture).digest('hex')
    for (const { path, sha256 } of manifest.assets) {
      expect(sha256).toBe(digest)
      expect(picture.equals(await readFile(join(to, path)))).toBe(true)
    }
    const left = await readdir(to, { recursive: true })
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([])
    expect(JSON.parse((await run(argv, {})).text)).toMatchObject({ files: FILES, kept: FILES, errors: 0 })
  })

  test('what a storage has lost, brought back from its mirror', { timeout: 60_000 + kills * 10_000 }, async () => {
    const storage = mirrorOf(primary())
    const keys = await objectsIn(storage)
    for (const key of keys) await storage.delete(key)
    const put = await killed('put:before', [
      'verify-storage',
      '--mirror',
      '--live',
      '--grace-sec',
      '0',
      '--concurrency',
      '1',
    ])
    expect(new Set(put).size).toBe(FILES)
    expect(put.length).toBeLessThanOrEqual(FILES + kills)
    expect(await objectsIn(storage)).toEqual(keys)
    expect(await application.rindle.verifyStorage({ checksum: true })).toMatchObject({ missing: 0, originalsLost: 0 })
  })
})
