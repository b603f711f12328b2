import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { faultyStorage, memoryJobs, memoryStorage } from '@rindle/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

let calls: string[]
let application: Application<typeof photoProfiles>

// A storage that is not on this disk, and a queue that is not in the database: the pipeline must not care.
beforeEach(async () => {
  calls = []
  const remote = faultyStorage(memoryStorage(), { onCall: (point) => void calls.push(point) })
  application = await startApplication({ storages: { main: remote }, jobs: memoryJobs() })
  await application.work()
})
afterEach(async () => application[Symbol.asyncDispose]())

it('promotion and all variants of an asset share one download of its original', async () => {
  const { rindle } = application
  const uploaded = await rindle.upload('photo', await quadrants(90, 60), { filename: 'a.jpg' })
  const asset = await settled(rindle, uploaded.id)
  expect(asset).toMatchObject({ state: 'ready', width: 90, height: 60 })
  expect(calls.filter((call) => call === 'download:after')).toHaveLength(1)
  expect(calls.filter((call) => call === 'put:after')).toHaveLength(4)
  expect((await rindle.checkInvariants()).violations).toEqual([])
})

it('a queue that cannot join a transaction of the application is refused there, and the error names the missing capability', async () => {
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
  const { id } = await rindle.upload('photo', await quadrants(90, 60), { filename: 'a.jpg' })
  await settled(rindle, id)
  // A run directory goes right after its last variant was committed.
  await vi.waitFor(async () => expect(await files()).toHaveLength(1), { timeout: 10_000 })
  await rindle.stop()
  expect(await files()).toEqual([])
})
