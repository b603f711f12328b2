import { readdir, readFile } from 'node:fs/promises'
import { defineProfile } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { grain } from '../support/pictures.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/jpeg'], maxBytes: 20_000_000 },
    // An encoder that cannot be interrupted.
    variants: { modern: image.crop(300, 300, { format: 'avif', quality: 100, effort: 3 }) },
  }),
}

let application: Application<typeof profiles>
beforeEach(async () => {
  application = await startApplication({
    profiles,
    processors: [imageProcessor()],
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
  })
})
afterEach(async () => application[Symbol.asyncDispose]())

async function uploadPhoto(): Promise<string> {
  const { id } = await application.rindle.upload('photo', await grain(300, 300), { filename: 'grain.jpg' })
  return id
}

/** Ids of the processes in which this one has images decoded, in the order of their start. */
async function decoders(): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const areDecoders = await Promise.all(pids.map(isDecoder))
  return pids.filter((_pid, index) => areDecoders[index])
}

async function isDecoder(pid: number): Promise<boolean> {
  // Nothing, once it has ended.
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const isOurs = (await read('status')).includes(`PPid:\t${process.pid}\n`)
  return isOurs && (await read('cmdline')).includes('decoder-program')
}

/** Hundredths of a second that a process has worked. */
async function ticksOf(pid: number): Promise<number> {
  // Behind the name, which may hold spaces: the 12th and 13th are the time of the process and of the system for it.
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/**
 * Starts workers and waits until a variant is being made: until the process has worked that the worker has looked with, at
 * its start, whether there is a sharp. Another one reads headers.
 */
async function encoding(): Promise<readonly number[]> {
  await application.work()
  const [encoder = 0] = await decoders()
  const idleTicks = await ticksOf(encoder)
  await vi.waitFor(async () => expect(await ticksOf(encoder)).toBeGreaterThan(idleTicks + 5), {
    timeout: 20_000,
    interval: 5,
  })
  return decoders()
}

it('a process that only takes uploads decodes nothing; one that works does so elsewhere, until it stops', async () => {
  const id = await uploadPhoto()
  expect(await decoders()).toEqual([])
  await application.work()
  expect(await settled(application.rindle, id)).toMatchObject({ state: 'ready' })
  expect(await decoders()).toHaveLength(2)
  await application.rindle.stop()
  expect(await decoders()).toEqual([])
})

it('a decoder that crashes takes no worker along, and the variant is made by the next attempt', async () => {
  const id = await uploadPhoto()
  for (const pid of await encoding()) process.kill(pid, 'SIGSEGV')
  const asset = await settled(application.rindle, id)
  expect(asset).toMatchObject({ state: 'ready', variants: [{ name: 'modern', attempt: 2 }] })
})

it('a cancelled encoder is gone within a second', async () => {
  const id = await uploadPhoto()
  const pids = await encoding()
  await application.rindle.cancelProcessing(id)
  await vi.waitFor(async () => expect((await decoders()).length).toBeLessThan(pids.length), { timeout: 1_000 })
  const asset = await application.rindle.asset(id)
  expect(asset?.variants).toMatchObject([{ name: 'modern', state: 'cancelled' }])
})
