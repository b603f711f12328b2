import { createHash } from 'node:crypto'
import { defineProfile, type SignedRequest } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { s3Storage } from '@rindle/storage-s3'
import { cephMissing, type S3Server, useS3Server } from '@rindle/test-s3'
import { test } from 'vitest'
import { type Application, type ApplicationOptions, startApplication } from './application.ts'

/** Profiles on an S3 store: one of pictures, and one of files that nothing here decodes. */
export const s3Profiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 40_000_000 },
    variants: {
      thumb: image.crop(32, 32, { format: 'webp' }),
      small: image.fit(64, null, { format: 'jpeg' }),
    },
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 8 * 1024 ** 3 } }),
}

/** An application over a real S3 server. */
export interface S3Application extends Application<typeof s3Profiles> {
  readonly server: S3Server
  readonly bucket: string
  /** The same storage as the application has, on connections of its own. */
  readonly objects: ReturnType<typeof s3Storage>
}

/** The kinds of server that tests run on here. In a report, a test that is skipped says why one is missing. */
export async function s3Kinds(): Promise<readonly ('minio' | 'ceph')[]> {
  const missing = await cephMissing()
  if (missing === undefined) return ['minio', 'ceph']
  console.warn(`Skipped on Ceph: ${missing}`)
  test('on Ceph', ({ skip }) => skip(missing))
  return ['minio']
}

/** Starts an application on a bucket of the run's server, or of the one that is given, which then ends with it. */
export async function startS3Application(
  kind: 'minio' | 'ceph',
  { server: own, ...options }: Pick<ApplicationOptions<typeof s3Profiles>, 'processors'> & { server?: S3Server } = {},
): Promise<S3Application> {
  const server = own ?? (await useS3Server({ kind }))
  const bucket = await server.createBucket()
  const open = () =>
    s3Storage({
      bucket,
      region: server.region,
      endpoint: server.endpoint,
      signedChecksum: server.signedChecksum,
      credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
      idleTimeoutMs: 5_000,
    })
  const application = await startApplication({ profiles: s3Profiles, storages: { main: open() }, ...options })
  return {
    ...application,
    server,
    bucket,
    objects: open(),
    [Symbol.asyncDispose]: async () => {
      await application[Symbol.asyncDispose]()
      await server.stop()
    },
  }
}

/** Sends a signed request as a plain HTTP client would. */
export async function send(request: SignedRequest, body: Uint8Array = new Uint8Array()): Promise<Response> {
  const { method, url, headers } = request
  return fetch(url, { method, headers, body: new Uint8Array(body), signal: AbortSignal.timeout(30_000) })
}

/** Lower-case hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
