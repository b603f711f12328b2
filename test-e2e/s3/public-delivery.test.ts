import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import { defineProfile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { s3Kinds, send } from '../support/s3-application.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const variants = { thumb: image.crop(16, 16, { format: 'webp' }) } as const
const profiles = {
  open: defineProfile({ storage: 'shop', accept, variants, delivery: { public: true } }),
  closed: defineProfile({ storage: 'main', accept, variants }),
}

describe.each(await s3Kinds())('public delivery from %s', (kind) => {
  let server: S3Server
  let application: Application<typeof profiles>

  beforeAll(async () => {
    server = await useS3Server({ kind })
    const [shop, main] = [await server.createBucket(), await server.createBucket()]
    await letEverybodyRead(server, shop)
    const { endpoint, region, accessKeyId, secretAccessKey, signedChecksum } = server
    const common = { endpoint, region, signedChecksum, credentials: { accessKeyId, secretAccessKey } }
    application = await startApplication({
      profiles,
      storages: {
        shop: s3Storage({ ...common, bucket: shop, prefix: 'media', publicBaseUrl: `${endpoint}/${shop}` }),
        main: s3Storage({ ...common, bucket: main }),
      },
    })
    await application.work()
  }, 90_000)
  afterAll(async () => {
    await application[Symbol.asyncDispose]()
    await server.stop()
  }, 60_000)

  it('gives plain URLs that never end to a profile that chose so, and to no other', async () => {
    const { rindle } = application
    const picture = await quadrants(40, 40)
    const openAsset = rindle.narrow(
      await settled(rindle, (await rindle.upload('open', picture, { filename: 'a.jpg' })).id),
      'open',
    )
    const url = (await rindle.variantUrl(openAsset, 'thumb')) ?? ''
    expect(new URL(url).search).toBe('')
    const response = await fetch(url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp'])
    await response.arrayBuffer()

    const closedAsset = rindle.narrow(
      await settled(rindle, (await rindle.upload('closed', picture, { filename: 'a.jpg' })).id),
      'closed',
    )
    const signed = new URL(await rindle.url(closedAsset))
    expect((await fetch(signed)).status).toBe(200)
    signed.search = ''
    expect((await fetch(signed)).status).toBe(403)
  })

  it.each(['image/jpeg', 'application/octet-stream'])(
    'gives an original that its client called %s as what it is',
    async (contentType) => {
      const { rindle } = application
      const png = await sharp(await quadrants(20, 20))
        .png()
        .toBuffer()
      const declared = { filename: 'photo.jpg', contentType, byteSize: png.byteLength }
      const { session, request } = await rindle.presignedPut('open', declared)
      expect((await send(request, png)).status).toBe(200)
      const { asset } = await rindle.verifyCompletion(session.id)
      const ended = rindle.narrow(await settled(rindle, asset.id), 'open')
      expect(ended).toMatchObject({ state: 'ready', contentType: 'image/png', filename: 'photo.png' })
      const url = await rindle.url(ended)
      expect(url).toMatch(/\.png$/)
      const response = await fetch(url)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
      await response.arrayBuffer()
    },
  )
})

async function letEverybodyRead(server: S3Server, bucket: string): Promise<void> {
  const { endpoint, region, accessKeyId, secretAccessKey } = server
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['s3:GetObject'],
    Resource: [`arn:aws:s3:::${bucket}/*`],
  }
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }))
  client.destroy()
}
