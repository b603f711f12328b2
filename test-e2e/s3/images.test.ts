import type { Asset, Rindle, RindleOptions } from '@rindle/core'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { familyProfiles, imagesOptions } from '../support/family-profiles.ts'
import { quadrants } from '../support/pictures.ts'

let server: S3Server
let application: Application<typeof familyProfiles>
let rindle: Rindle<typeof familyProfiles>
let photo: Asset<'photo'>
let open: Asset<'open'>

beforeAll(async () => {
  server = await useS3Server({ kind: 'minio' })
  const storage = s3Storage({
    bucket: await server.createBucket(),
    region: server.region,
    endpoint: server.endpoint,
    signedChecksum: server.signedChecksum,
    publicBaseUrl: 'https://cdn.test/media',
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  })
  application = await startApplication({
    profiles: familyProfiles,
    storages: { main: storage },
    images: imagesOptions,
  })
  rindle = application.rindle
  await application.work()
  const [first, second] = await Promise.all((['photo', 'open'] as const).map(uploaded))
  photo = rindle.narrow(first as Asset, 'photo')
  open = rindle.narrow(second as Asset, 'open')
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await server.stop()
})

async function uploaded(profile: 'photo' | 'open'): Promise<Asset> {
  const { id } = await rindle.upload(profile, await quadrants(200, 100), { filename: 'a.jpg' })
  return settled(rindle, id)
}

const serving = (images: Partial<NonNullable<RindleOptions['images']>>) =>
  application.another({ processors: [], images: { ...imagesOptions, ...images } })
const get = async (from: Rindle<typeof familyProfiles>, url: string, init: RequestInit = {}) =>
  from.serveImage(new Request(url, { headers: { accept: 'image/webp' }, ...init }))

describe('an image in a bucket', () => {
  it('is a redirect to its signed URL, which ends with the URL of the family', async () => {
    const url = `${await rindle.familyUrl(photo, 'hero')}?w=80`
    const answer = await get(rindle, url)
    expect([answer.status, answer.headers.get('vary'), answer.body]).toEqual([302, 'accept', null])
    expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
    const location = answer.headers.get('location') ?? ''
    expect(location).toContain('X-Amz-Signature=')
    const image = await fetch(location)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect((await sharp(Buffer.from(await image.arrayBuffer())).metadata()).width).toBe(80)
    const head = await get(rindle, url, { method: 'HEAD' })
    expect([head.status, head.headers.get('location') !== null]).toEqual([302, true])
  })

  it('of a public profile is a redirect to its public URL, for an hour: the object may be evicted', async () => {
    const answer = await get(rindle, `${await rindle.familyUrl(open, 'hero')}?w=40`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'public, max-age=3600'])
    expect(answer.headers.get('location')).toMatch(/^https:\/\/cdn\.test\/media\/open\/.+\/hero_w40_webp-.+\.webp$/)
  })

  it('is streamed if that is wanted, with conditions, and then kept for ever', async () => {
    const streaming = await serving({ redirect: 'stream' })
    const url = `${await rindle.familyUrl(open, 'hero')}?w=40`
    const answer = await get(streaming, url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(40)
    const headers = { accept: 'image/webp', 'if-none-match': answer.headers.get('etag') ?? '' }
    expect((await get(streaming, url, { headers })).status).toBe(304)
  })

  it('that stands in for another one is a redirect that no cache keeps', async () => {
    expect((await get(rindle, `${await rindle.familyUrl(photo, 'hero')}?w=40&format=webp`)).status).toBe(302)
    const nearest = await serving({ whileMaking: 'nearest', waitMs: 0, maxMaking: 1 })
    const answer = await get(nearest, `${await rindle.familyUrl(photo, 'hero')}?w=160&format=webp`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store'])
    expect(answer.headers.get('location')).toMatch(/hero_w(40|80)_webp/)
  })
})
