import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { faultyStorage, memoryJobs, memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const calls: string[] = []
const stored = memoryStorage()
const remote = faultyStorage(stored, { onCall: (point) => void calls.push(point) })

let application: Application<typeof photoProfiles>

// A storage that is not on this disk, and a queue that is not in the database: the pipeline must not care.
beforeAll(async () => {
  application = await startApplication({ storages: { main: remote }, jobs: memoryJobs() })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

it('promotion and all variants of an asset share one download of its original', async () => {
  const { rindle } = application
  calls.length = 0
  const uploaded = await rindle.upload('photo', await quadrants(90, 60), { filename: 'a.jpg' })
  const asset = await settled(rindle, uploaded.id)
  expect(asset).toMatchObject({ state: 'ready', width: 90, height: 60 })
  expect(calls.filter((call) => call === 'download:after')).toHaveLength(1)
  expect(calls.filter((call) => call === 'put:after')).toHaveLength(4)
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('a queue that cannot join a transaction of the application is refused there by the name of what it lacks', async () => {
  const { rindle } = application
  const received = await rindle.receive('photo', await quadrants(9, 9), { filename: 'a.jpg' })
  const tx = { executeSql: () => Promise.reject(new Error('Nothing may be written.')) }
  await expect(rindle.register(received, { tx })).rejects.toMatchObject({
    code: 'capability_unsupported',
    details: { capability: 'transactional_enqueue', adapter: 'memory' },
  })
  await rindle.discard(received)
})

it('stopping removes the downloaded files and every run directory', async () => {
  const { rindle, directory } = application
  const files = async () => {
    const entries = await readdir(join(directory, 'work'), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile() && entry.name !== '.owner.json')
  }
  // A run directory goes right after its last variant was committed.
  await vi.waitFor(async () => expect(await files()).toHaveLength(1), { timeout: 10_000 })
  await rindle.stop()
  expect(await files()).toEqual([])
})
