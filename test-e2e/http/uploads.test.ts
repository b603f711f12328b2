import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { clientOf, send } from './client.ts'
import { type ServedApplication, serveApplication } from './served-application.ts'

let served: ServedApplication
let picture: Buffer

beforeAll(async () => {
  served = await serveApplication()
  await served.application.work()
  picture = await quadrants(64, 48)
})
afterAll(async () => served[Symbol.asyncDispose]())

const photo = (changes: object = {}) => ({
  profile: 'photo',
  filename: 'a.jpg',
  contentType: 'image/jpeg',
  byteSize: picture.byteLength,
  ...changes,
})

describe('an upload', () => {
  it('goes from its declaration to URLs of its variants', async () => {
    const ann = clientOf(served.url)
    const upload = await ann.begin(photo())
    expect(upload).toMatchObject({
      strategy: 'presigned_put',
      byteSize: picture.byteLength,
      request: { method: 'PUT' },
    })
    expect((await send(upload.request, picture)).status).toBe(200)
    const completed = await ann.complete(upload.id)
    expect(completed).toMatchObject({ upload: { id: upload.id, state: 'completed' }, asset: { id: upload.assetId } })
    const asset = await vi.waitFor(async () => {
      const view = await ann.asset(upload.assetId)
      expect(view.settled).toBe(true)
      return view
    })
    expect(asset).toMatchObject({
      state: 'ready',
      width: 64,
      height: 48,
      variants: { thumb: { state: 'ready', width: 32 } },
    })
    for (const url of [asset.url, asset.variants['thumb']?.url]) expect((await fetch(url ?? '')).status).toBe(200)
  })
})
