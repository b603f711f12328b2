import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type AssetWithVariants, defineProfile, type ExportManifest, type StorageAdapter } from '@rindle/core'
import { defineProcessor } from '@rindle/core/adapter'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'

const VTT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n'
const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat', 'latin1')
const OWNER = { type: 'member', id: '7' }

const profiles = {
  film: defineProfile({
    storage: 'main',
    slots: { films: 'many' },
    accept: { types: ['video/mp4'], maxBytes: 1_000 },
    analyzers: [{ name: 'camera', analyze: async () => ({ model: 'X1' }) }],
  }),
}
const header = defineProcessor({
  name: 'header',
  recipes: [],
  probes: new Set(['video/mp4']),
  probe: () => Promise.resolve({ kind: 'video' as const, width: 160, height: 90, durationMs: 2_000 }),
  process: () => Promise.resolve(),
})

let application: Application<typeof profiles>
let films: readonly AssetWithVariants[]
let directory: string
/** What happens before a file is read from the storage. */
let beforeGet: (key: string) => void = () => {}

beforeAll(async () => {
  application = await startApplication({
    profiles,
    processors: [header],
    wrapStorage: (storage): StorageAdapter => ({
      ...storage,
      get: async (key, options) => {
        beforeGet(key)
        return storage.get(key, options)
      },
    }),
  })
  const { rindle } = application
  const workers = await application.work()
  const names = ['Am Meer.mp4', '../..\\CON.mp4', 'Am Meer.mp4']
  const uploaded: AssetWithVariants[] = []
  for (const filename of names) {
    const { id } = await rindle.upload('film', MP4, { filename, owner: OWNER, slot: 'films' })
    uploaded.push(await settled(rindle, id))
  }
  await rindle.upload('film', MP4, {
    filename: 'other.mp4',
    owner: { type: 'member', id: '8' },
    slot: 'films',
  })
  await rindle.addTrack(uploaded[0] ?? { id: '' }, VTT, { kind: 'captions', lang: 'pt-BR' })
  films = uploaded
  await workers.stop()
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  beforeGet = () => {}
  directory = await mkdtemp(join(application.directory, 'export-'))
})

const manifestIn = async (): Promise<ExportManifest> =>
  JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as ExportManifest

test('everything of an owner is written, with a manifest and checksums, and nothing of another', async () => {
  const report = await application.rindle.exportOwner(OWNER, { directory })
  const bytes = 3 * MP4.byteLength + VTT.length
  expect(report).toMatchObject({ assets: 3, files: 4, kept: 0, bytes, withoutFile: 0, errors: 0, isWhole: true })
  const manifest = await manifestIn()
  expect(manifest).toMatchObject({ version: 1, owner: OWNER })
  expect(manifest.assets.map(({ id }) => id)).toEqual(films.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1)))
  const sum = createHash('sha256').update(MP4).digest('hex')
  expect(manifest.assets[0]).toMatchObject({
    filename: 'Am Meer.mp4',
    path: `files/${films[0]?.id}/Am Meer.mp4`,
    contentType: 'video/mp4',
    byteSize: MP4.byteLength,
    sha256: sum,
    durationMs: 2_000,
    metadata: { camera: { model: 'X1' } },
    attachments: [{ slot: 'films', position: 0, trashedAt: null }],
    tracks: [{ kind: 'captions', lang: 'pt-BR', label: 'português (Brasil)', byteSize: VTT.length }],
  })
  for (const { path } of manifest.assets.flatMap((asset) => [asset, ...asset.tracks])) {
    expect((await stat(join(directory, path))).mode & 0o077).toBe(0)
  }
  const text = await readFile(join(directory, 'manifest.json'), 'utf8')
  for (const secret of films.map(({ storageKey }) => storageKey)) expect(text).not.toContain(secret)
  await promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: directory })
  expect((await readdir(directory)).toSorted()).toEqual(['.rindle-export.json', 'SHA256SUMS', 'files', 'manifest.json'])
})

test('an export that was interrupted goes on, keeps what is whole, and has no manifest before the end', async () => {
  const controller = new AbortController()
  beforeGet = (key) => {
    if (key === films[1]?.storageKey) controller.abort(new Error('enough'))
  }
  const { rindle } = application
  const first = await rindle.exportOwner(OWNER, { directory, concurrency: 1, signal: controller.signal })
  expect(first).toMatchObject({ isWhole: false, interrupted: true, errors: 0 })
  await expect(stat(join(directory, 'manifest.json'))).rejects.toThrow('ENOENT')
  const original = join(directory, `files/${films[0]?.id}`, 'Am Meer.mp4')
  const { ino } = await stat(original)
  // Cut off by a kill in its midst: not what it claims to be.
  await mkdir(join(directory, `files/${films[2]?.id}`), { recursive: true })
  await writeFile(join(directory, `files/${films[2]?.id}`, 'Am Meer.mp4'), MP4.subarray(1))
  beforeGet = () => {}
  expect(await rindle.exportOwner(OWNER, { directory })).toMatchObject({ isWhole: true, files: 4, kept: 1, errors: 0 })
  expect((await stat(original)).ino).toBe(ino)
  expect(await readFile(join(directory, `files/${films[2]?.id}`, 'Am Meer.mp4'))).toEqual(MP4)
})

test('a lost file is an error, and the rest is there, without a manifest', async () => {
  const { rindle, storage } = application
  await storage.delete(films[1]?.storageKey ?? '')
  expect(await rindle.exportOwner(OWNER, { directory })).toMatchObject({ assets: 2, errors: 1, isWhole: false })
  await rm(directory, { recursive: true })
  await storage.put(films[1]?.storageKey ?? '', Readable.from([MP4]), { contentType: 'video/mp4' })
  expect(await rindle.exportOwner(OWNER, { directory })).toMatchObject({ assets: 3, isWhole: true })
})

test('a directory of somebody else, or with other files, is refused', async () => {
  const { rindle } = application
  await rindle.exportOwner({ type: 'member', id: '8' }, { directory })
  await expect(rindle.exportOwner(OWNER, { directory })).rejects.toMatchObject({ code: 'invalid_input' })
  const other = await mkdtemp(join(application.directory, 'export-'))
  await writeFile(join(other, 'letter.txt'), 'mine')
  await expect(rindle.exportOwner(OWNER, { directory: other })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(rindle.exportOwner(OWNER, { directory: '' })).rejects.toMatchObject({ code: 'invalid_input' })
})
