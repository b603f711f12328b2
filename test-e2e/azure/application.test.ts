import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { defineProfile, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { azureStorage } from '@rindle/storage-azure'
import { useAzureServer } from '@rindle/test-azure'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { patientOf } from '../doctor/patient.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { serveTus } from '../tus/serve-tus.ts'
import { pdfOf, sessionIdOf, tusClient } from '../tus/tus-client.ts'

const profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 40_000_000 },
    variants: { thumb: image.crop(32, 32, { format: 'webp' }) },
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 50_000_000 } }),
}

let application: Application<typeof profiles>
let open: () => ReturnType<typeof azureStorage>

beforeAll(async () => {
  const server = await useAzureServer()
  const { endpoint, account, accountKey } = server
  const container = await server.createContainer()
  open = () => azureStorage({ endpoint, account, accountKey, container })
  application = await startApplication({ profiles, storages: { main: open() } })
})

afterAll(() => application[Symbol.asyncDispose]())

it('takes a picture, makes its variant, delivers both from Azure, and purges every blob', async () => {
  const { rindle } = application
  const workers = await application.work()
  const picture = await sharp({ create: { width: 90, height: 60, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
  const asset = await rindle.upload('photo', Readable.from([picture]), { filename: 'a.jpg' })
  const ready = await settled(rindle, asset.id)
  expect(ready.state).toBe('ready')
  const plain = rindle as unknown as Rindle
  const thumb = await fetch((await plain.variantUrl(ready, 'thumb')) ?? '')
  expect([thumb.status, thumb.headers.get('content-type')]).toEqual([200, 'image/webp'])
  const original = await fetch(await plain.url(ready, { disposition: 'attachment' }))
  expect(original.headers.get('content-disposition')).toBe('attachment; filename=a.jpg')
  expect(picture.equals(Buffer.from(await original.arrayBuffer()))).toBe(true)
  expect((await keysIn()).some((key) => key.includes(asset.id))).toBe(true)
  await rindle.purgeAsset(asset.id, { live: true })
  // Another test may have left a document of its own.
  const ofAsset = async () => (await keysIn()).filter((key) => key.includes(asset.id))
  await expect.poll(ofAsset, { timeout: 20_000 }).toEqual([])
  await workers.stop()
})

it('continues an upload of a browser in another process, from what Azure holds', async () => {
  const file = pdfOf(9_000_000)
  const first = await serveTus(application.rindle as unknown as Rindle)
  const one = tusClient(first.port)
  const path = await one.begin(file.byteLength, { profile: 'document' })
  expect((await one.patch(path, 0, file.subarray(0, 5_000_000))).status).toBe(204)
  await first.close()
  const another = await application.another({ storages: { main: open() } })
  const second = await serveTus(another as unknown as Rindle)
  const two = tusClient(second.port)
  expect(await two.offsetOf(path)).toBe(5_000_000)
  expect((await two.patch(path, 5_000_000, file.subarray(5_000_000))).status).toBe(204)
  await second.close()
  const { state, uploadKey } = await another.uploadSession(sessionIdOf(path))
  expect(state).toBe('completed')
  expect(file.equals(await buffer((await open().get(uploadKey)).body))).toBe(true)
})

it('passes the doctor, who examines what Azure can do', async () => {
  const database = application.databaseUrl
  const patient = await patientOf({ database, storages: { main: open() }, processors: [], profiles: {} })
  const { checks } = await patient.examine()
  const own = checks.filter(({ component }) => component === 'main')
  expect(Object.fromEntries(own.map(({ id, status }) => [id, status]))).toEqual({
    'storage.write': 'ok',
    'storage.read': 'ok',
    'storage.clock': 'ok',
    'storage.list': 'ok',
    'storage.signed_url': 'ok',
    'storage.resumable': 'ok',
    'storage.delete': 'ok',
    'storage.public_access': 'ok',
    'storage.soft_delete': 'ok',
  })
})

async function keysIn(): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of open().list('')) keys.push(key)
  return keys
}
