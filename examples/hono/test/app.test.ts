import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WireAsset, WireUpload } from '@rindle/http'
import { createTestDatabase } from '@rindle/test-database'
import sharp from 'sharp'
import { expect, onTestFinished, test } from 'vitest'
import { makeApp } from '../src/app.ts'
import { makeRindle } from '../src/rindle.ts'

test('a guest uploads a photo, sees it made ready, and no other guest sees it', async () => {
  const database = await createTestDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'rindle-hono-'))
  const rindle = makeRindle({
    databaseUrl: database.url,
    directory,
    origin: 'http://app.test',
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
  onTestFinished(async () => {
    await rindle.stop()
    await database.drop()
    await rm(directory, { recursive: true, force: true })
  })
  await rindle.start()
  await rindle.work()
  const app = makeApp(rindle)
  const comeIn = async () => (await app.request('/')).headers.get('set-cookie')?.split(';')[0] ?? ''
  const [ann, bob] = [await comeIn(), await comeIn()]
  expect(ann).toMatch(/^guest=[0-9a-f-]{36}$/)

  const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
  const declared = { profile: 'photo', filename: 'teal.jpg', contentType: 'image/jpeg', byteSize: photo.byteLength }
  const begin = (headers: Record<string, string>) =>
    app.request('/rindle/uploads', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(declared),
    })
  expect((await begin({})).status).toBe(401)
  const { id, assetId, request } = (await (await begin({ cookie: ann })).json()) as WireUpload
  const { url = '', headers = {} } = request ?? {}
  expect((await app.request(url, { method: 'PUT', headers, body: new Uint8Array(photo) })).status).toBe(200)
  const complete = `/rindle/uploads/${id}/complete`
  expect((await app.request(complete, { method: 'POST', headers: { cookie: ann } })).status).toBe(200)

  const events = await app.request(`/rindle/assets/${assetId}/events`, { headers: { cookie: ann } })
  const last = (await events.text()).trim().split('\ndata: ').at(-1) ?? ''
  const asset = JSON.parse(last) as WireAsset
  expect(asset).toMatchObject({ state: 'ready', variants: { thumb: { width: 160 } } })
  expect((await app.request(asset.variants['thumb']?.url ?? '')).headers.get('content-type')).toBe('image/webp')
  expect(asset.placeholder?.dataUrl).toMatch(/^data:image\/png;base64,/)
  const screen = await app.request(asset.families['screen']?.src ?? '', { headers: { accept: 'image/avif,*/*' } })
  expect([screen.status, screen.headers.get('content-type')]).toEqual([200, 'image/avif'])
  expect((await sharp(await screen.arrayBuffer()).metadata()).width).toBe(300)
  expect((await app.request(`/rindle/assets/${assetId}`, { headers: { cookie: bob } })).status).toBe(404)
})
