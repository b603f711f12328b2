import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@rindle/prisma'
import { createTestDatabase } from '@rindle/test-database'
import { expect, test } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { byRunLength, SEED } from '../support/run-length.ts'
import { seededRandom } from '../support/seeded-random.ts'

const kills = byRunLength('an import is killed and run again', { sample: 0, short: 2, long: 50 })
const FILES_PER_KILL = 4
const BIN = join(import.meta.dirname, '../../packages/cli/src/bin.ts')

/** Dies right before or after a call of the storage, or some turns of the event loop later. */
const CONFIG = `
import { createRindle, defineProfile, silentLogger } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { localStorage } from '@rindle/storage-local'
import { faultyStorage } from '@rindle/testing'

let calls = Number(process.env.KILL_AT_CALL)
let turns = Number(process.env.KILL_TURNS)
const die = () => (turns-- <= 0 ? process.kill(process.pid, 'SIGKILL') : setImmediate(die))
const directory = new URL('./media', import.meta.url).pathname
const main = localStorage({ directory, baseUrl: 'http://127.0.0.1:9', signingKey: 'a key of the tests, of enough characters' })

export default createRindle({
  database: process.env.DATABASE_URL,
  storages: { main: faultyStorage(main, { onCall: () => void (--calls === 0 && die()) }) },
  jobs: pgBossJobs(),
  logger: silentLogger,
  profiles: {
    photo: defineProfile({ storage: 'main', accept: { types: ['image/jpeg'], maxBytes: 1_000_000 }, slots: { gallery: 'many' } }),
  },
})
`

test.runIf(kills > 0)(
  'a killed import goes on, and copies nothing twice but what it had in hand',
  async () => {
    const database = await createTestDatabase()
    const directory = await mkdtemp(join(tmpdir(), 'rindle-import-'))
    const client = openDatabase(database.url)
    try {
      await symlink(join(import.meta.dirname, '../node_modules'), join(directory, 'node_modules'))
      await writeFile(join(directory, 'rindle.config.mjs'), CONFIG)
      const count = kills * FILES_PER_KILL
      const picture = await quadrants(8, 8)
      await mkdir(join(directory, 'media/Old Files'), { recursive: true })
      for (let index = 0; index < count; index++) {
        await writeFile(join(directory, 'media/Old Files', `Album ${index % 3} Nr ${index}.jpg`), picture)
      }
      const importAll = async (env: Readonly<Record<string, string>>): Promise<{ code: unknown; text: string }> => {
        const template = ['--template', 'Album {owner_id} Nr {any}', '--owner-type', 'album', '--slot', 'gallery']
        const where = ['folder', 'Old Files/', '--storage', 'main', '--profile', 'photo', ...template]
        const flags = ['--live', '--concurrency', '1', '--format', 'json']
        const child = spawn(process.execPath, ['--conditions=dev-source', BIN, 'import', ...where, ...flags], {
          cwd: directory,
          env: { ...process.env, DATABASE_URL: database.url, ...env },
        })
        let text = ''
        child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
        child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
        const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
        return { code: signal ?? code, text }
      }

      const random = seededRandom(SEED)
      for (let kill = 0; kill < kills; kill++) {
        const env = { KILL_AT_CALL: `${1 + Math.floor(random() * 12)}`, KILL_TURNS: `${Math.floor(random() * 40)}` }
        const { code, text } = await importAll(env)
        expect({ code, text }).toMatchObject({ code: 'SIGKILL' })
      }
      const last = await importAll({})
      expect(last).toMatchObject({ code: 0 })
      const report = JSON.parse(last.text) as { imported: number; already_imported: number }
      expect(report.imported + report.already_imported).toBe(count)
      const again = await importAll({})
      expect(JSON.parse(again.text)).toMatchObject({ imported: 0, already_imported: count, errors: 0 })

      const { rows } = await client.executeSql(
        `select count(*)::int as assets, count(distinct adopted_key)::int as keys,
         (select count(*)::int from rindle.media_attachments) as attachments from rindle.media_assets`,
      )
      expect(rows[0]).toEqual({ assets: count, keys: count, attachments: count })
      const copies = await readdir(join(directory, 'media/photo'), { recursive: true })
      const originals = copies.filter((name) => /original-[^/]*\.jpg$/.test(name)).length
      expect(originals).toBeGreaterThanOrEqual(count)
      expect(originals).toBeLessThanOrEqual(count + kills)
      expect(await readdir(join(directory, 'media/Old Files'))).toHaveLength(count)
    } finally {
      await client.close()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
    }
  },
  30_000 + kills * 10_000,
)
