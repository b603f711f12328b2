import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo, type photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'

const none = { scanned: 0, matched: 0, deleted: 0, bytes: 0, errors: 0 }
const HOURS = 3_600_000

let application: Application<typeof photoProfiles>
let workDirectory: string

beforeAll(async () => {
  application = await startApplication()
  workDirectory = join(application.directory, 'work')
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => rm(workDirectory, { recursive: true, force: true }))

/** A directory of work with one file of 1,000 bytes, last written to some hours ago. */
async function directory(name: string, owner: object | null, ageHours: number): Promise<string> {
  const path = join(workDirectory, name)
  await mkdir(join(path, 'outputs'), { recursive: true })
  const files = [join(path, 'outputs', 'thumb.webp'), ...(owner === null ? [] : [join(path, '.owner.json')])]
  await writeFile(files[0] ?? '', Buffer.alloc(1_000))
  if (owner !== null) await writeFile(files[1] ?? '', JSON.stringify(owner))
  const at = new Date(Date.now() - ageHours * HOURS)
  for (const entry of [...files, join(path, 'outputs'), path]) await utimes(entry, at, at)
  return path
}

/** More than any Linux gives to a process: the number of one that has ended would be given again. */
const NO_PID = 2 ** 22 + 1
const dead = () => ({ pid: NO_PID, host: hostname() })

it('deletes what dead processes have left, and nothing else', async () => {
  const abandoned = [
    await directory('run-dead', dead(), 5),
    await directory('sources-dead', dead(), 5),
    await directory('run-elsewhere', { pid: process.pid, host: 'another-machine' }, 5),
    await directory('run-unmarked', null, 5),
    // The same number in a container that was restarted.
    await directory('run-predecessor', { pid: process.pid, host: hostname() }, 5),
  ]
  const kept = [
    await directory('run-young', dead(), 3),
    await directory('run-held', { pid: process.ppid, host: hostname() }, 5),
    await directory('unrelated', dead(), 5),
  ]
  const { rindle } = application
  const report = { ...none, scanned: 7, matched: 5 }
  const dry = await rindle.sweepOrphanedTempFiles()
  expect(dry).toMatchObject({ ...report, bytes: expect.any(Number), dryRun: true })
  expect(dry.bytes).toBeGreaterThanOrEqual(5_000)
  expect([...abandoned, ...kept].filter((path) => !existsSync(path))).toEqual([])

  expect(await rindle.sweepOrphanedTempFiles({ live: true })).toMatchObject({ ...report, deleted: 5, bytes: dry.bytes })
  expect(abandoned.filter((path) => existsSync(path))).toEqual([])
  expect(kept.filter((path) => !existsSync(path))).toEqual([])
  expect(await rindle.sweepOrphanedTempFiles({ live: true })).toMatchObject({ ...none, scanned: 2 })
})

it('considers a file that is being written as young, however old its directory is', async () => {
  const path = await directory('run-dead', dead(), 5)
  await writeFile(join(path, 'outputs', 'thumb.webp'), 'more')
  expect(await application.rindle.sweepOrphanedTempFiles({ live: true })).toMatchObject({ ...none, scanned: 1 })
  expect(await application.rindle.sweepOrphanedTempFiles({ live: true, thresholdSeconds: 0 })).toMatchObject({
    deleted: 1,
  })
})

it('leaves alone what this process works in, cached sources of a remote storage among it', async () => {
  const remote = memoryStorage()
  const profiles = { photo: { ...photo, storage: 'remote' } }
  const rindle = await deploy(application, profiles, { storages: { remote } })
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(40, 40), { filename: 'a.jpg' })
  expect((await settled(rindle, id)).state).toBe('ready')
  // Waits for the end of the job, which removes its own directory; sources stay for the next one.
  await workers.stop()
  const tomorrow = (): Date => new Date(Date.now() + 24 * HOURS)
  const later = await deploy(application, profiles, { storages: { remote }, now: tomorrow })
  expect(await later.sweepOrphanedTempFiles({ live: true })).toMatchObject({ ...none, scanned: 1 })
})

it('never follows a link out of the work directory', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'rindle-test-'))
  await writeFile(join(outside, 'precious'), 'x')
  const path = await directory('run-dead', dead(), 5)
  await symlink(outside, join(path, 'link'))
  const at = new Date(Date.now() - 5 * HOURS)
  await utimes(path, at, at)
  await symlink(outside, join(workDirectory, 'run-link'))
  const tomorrow = (): Date => new Date(Date.now() + 24 * HOURS)
  const rindle = await deploy(application, { photo }, { now: tomorrow })
  expect(await rindle.sweepOrphanedTempFiles({ live: true })).toMatchObject({ scanned: 1, deleted: 1 })
  expect(existsSync(join(outside, 'precious'))).toBe(true)
  await rm(outside, { recursive: true })
})

it('finds nothing where nothing was ever made', async () => {
  expect(await application.rindle.sweepOrphanedTempFiles()).toMatchObject(none)
  await expect(application.rindle.sweepOrphanedTempFiles({ thresholdSeconds: Number.NaN })).rejects.toMatchObject({
    code: 'invalid_input',
  })
})
