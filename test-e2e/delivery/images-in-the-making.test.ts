import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Asset } from '@rindle/core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { ask } from '../support/ask-for-image.ts'
import { familyProfiles, imagesOptions, openStorageIn } from '../support/family-profiles.ts'
import { quadrants } from '../support/pictures.ts'

type Photo = Asset<'photo'>

// No worker runs but while the photos are prepared.
let directory: string
let busy: Application<typeof familyProfiles>
/** Photos of which only `w=40` as JPEG is there: one for each test. */
let photos: Photo[]
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-images-'))
  busy = await startApplication({
    profiles: familyProfiles,
    storages: { main: openStorageIn(directory) },
    images: imagesOptions,
  })
  const workers = await busy.work()
  const picture = await quadrants(200, 100)
  photos = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const { id } = await busy.rindle.upload('photo', picture, { filename: 'a.jpg' })
      const asset = busy.rindle.narrow(await settled(busy.rindle, id), 'photo')
      expect((await ask(busy.rindle, `${await urlOf(asset)}?w=40`)).status).toBe(200)
      return asset
    }),
  )
  await workers.stop()
})
afterAll(async () => {
  await busy[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

async function urlOf(asset: Photo): Promise<string> {
  return (await busy.rindle.familyUrl(asset, 'hero')) ?? ''
}

const impatient = (images = {}) => busy.another({ processors: [], images: { ...imagesOptions, waitMs: 1, ...images } })
/** A photo, its URL, and the state of its `w=80` as JPEG. */
async function coldPhoto() {
  const asset = photos.pop()
  if (asset === undefined) throw new Error('There are not enough photos.')
  const row = async () => {
    const found = await busy.rindle.asset(asset.id)
    return found?.variants.find(({ name }) => name === 'hero_w80_jpeg')
  }
  return { asset, url: await urlOf(asset), row }
}

it('a request ends after its time, and the client is told to come again', async () => {
  const { asset, url, row } = await coldPhoto()
  const { status, code, header } = await ask(await impatient(), `${url}?w=80`)
  expect([status, code, header('cache-control')]).toEqual([503, 'not_deliverable', 'no-store'])
  expect([header('retry-after'), header('vary')]).toEqual(['5', 'accept'])
  await vi.waitFor(async () => expect((await row())?.state).toBe('queued'))
  expect((await busy.rindle.asset(asset.id))?.state).toBe('ready')
})

it('the nearest one that is ready is the answer, if that is wanted, and no cache keeps it', async () => {
  const { url } = await coldPhoto()
  const nearest = await impatient({ whileMaking: 'nearest' })
  const { status, header, bytes } = await ask(nearest, `${url}?w=160`)
  expect([status, header('cache-control'), header('vary')]).toEqual([200, 'no-store', 'accept'])
  expect((await sharp(bytes).metadata()).width).toBe(40)
  // Of a format that the client does not take there is none.
  expect((await ask(nearest, `${url}?w=160&format=webp`)).status).toBe(503)
})

it('no more than maxMaking are asked for', async () => {
  const { asset, url, row } = await coldPhoto()
  await ask(await impatient(), `${url}?w=80`)
  await vi.waitFor(async () => expect((await row())?.state).toBe('queued'))
  const maxMaking = await busy.rindle.prisma.mediaVariant.count({ where: { onDemand: true, state: 'queued' } })
  const full = await impatient({ maxMaking, waitMs: 60_000 })
  const { status, code, header } = await ask(full, `${url}?w=320`)
  expect([status, code, header('retry-after')]).toEqual([503, 'not_deliverable', '5'])
  const names = (await busy.rindle.asset(asset.id))?.variants.map(({ name }) => name)
  expect(names?.filter((name) => name.startsWith('hero_'))).toEqual(['hero_w40_jpeg', 'hero_w80_jpeg'])
  // One that is in the making already has its place.
  expect((await ask(await impatient({ maxMaking }), `${url}?w=80`)).status).toBe(503)
})

it('no more than maxWaiting wait, and a client that goes away frees its place', async () => {
  const { url } = await coldPhoto()
  const small = await impatient({ maxWaiting: 1, waitMs: 60_000 })
  const clients = [new AbortController(), new AbortController()]
  const both = clients.map(({ signal }) => ask(small, `${url}?w=80`, { signal }))
  // One of them waits, so the other one is answered.
  const refused = await Promise.race(both)
  expect(refused).toMatchObject({ status: 503, code: 'not_deliverable' })
  for (const client of clients) client.abort()
  expect(new Set((await Promise.all(both)).map(({ status }) => status))).toEqual(new Set([400, 503]))
  const next = ask(small, `${url}?w=80`)
  const workers = await busy.work()
  expect((await next).status).toBe(200)
  await workers.stop()
})

it('a failure about the picture is told as one that will not end', async () => {
  const { url, row } = await coldPhoto()
  await ask(await impatient(), `${url}?w=80`)
  await vi.waitFor(async () => expect((await row())?.state).toBe('queued'))
  const id = (await row())?.id ?? ''
  const fail = (errorReason: string) =>
    busy.rindle.prisma.mediaVariant.update({
      where: { id },
      data: { state: 'failed', errorReason, errorMessage: 'It failed.', updatedAt: new Date() },
    })
  await fail('corrupt_media')
  const verdict = await ask(busy.rindle, `${url}?w=80`)
  expect([verdict.status, verdict.code, verdict.header('retry-after')]).toEqual([409, 'not_deliverable', null])
  await fail('processing_timeout')
  const again = await ask(busy.rindle, `${url}?w=80`)
  expect([again.status, again.code]).toEqual([503, 'not_deliverable'])
  expect(Number(again.header('retry-after'))).toBeGreaterThan(5)
})
