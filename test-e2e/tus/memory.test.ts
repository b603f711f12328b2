import { Readable } from 'node:stream'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { pdfOf, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const MEBIBYTE = 1024 * 1024
const UPLOADS_AT_ONCE = 20
const UPLOAD_BYTES = MEBIBYTE * byRunLength('mebibytes of each upload', { sample: 12, short: 24, long: 24 })
// Far less than the uploads are together, so a server that holds bodies in memory fails. On a busy machine: 38 to 90 MiB.
const MOST_GROWTH_MEBIBYTES = 128
const CHUNK = pdfOf(MEBIBYTE)

let s3: S3Server
let application: Application<typeof tusProfiles>
let startServer: () => Promise<ServerProcess>

beforeAll(async () => {
  s3 = await useS3Server()
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  const options = {
    bucket: await s3.createBucket(),
    region: s3.region,
    endpoint: s3.endpoint,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  }
  startServer = () => startServerProcess(application.databaseUrl, application.directory, JSON.stringify(options))
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await s3.stop()
})

// Measured on a quiet machine, of 480 MiB that are sent: 32 to 34 MiB with files on a disk, 28 to 30 in a bucket. What
// is compared with has had as many uploads at once, of a mebibyte each: by then the heap has its size.

it.each(['local', 'remote'])('twenty uploads at once to %s storage are not held in memory', async (profile) => {
  const server = await startServer()
  try {
    const client = tusClient(server.port)
    await uploads(client, profile, UPLOADS_AT_ONCE, MEBIBYTE)
    const baselineBytes = await server.residentBytes()
    let peakBytes = baselineBytes
    const sent = new AbortController()
    const sending = uploads(client, profile, UPLOADS_AT_ONCE, UPLOAD_BYTES).finally(() => sent.abort())
    while (!sent.signal.aborted) peakBytes = Math.max(peakBytes, await server.residentBytes())
    await sending
    expect((peakBytes - baselineBytes) / MEBIBYTE).toBeLessThan(MOST_GROWTH_MEBIBYTES)
  } finally {
    await server.kill()
  }
})

async function uploads(client: TusClient, profile: string, count: number, byteSize: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const path = await client.begin(byteSize, { profile })
      const body = Readable.toWeb(Readable.from(chunks(byteSize))) as ReadableStream<Uint8Array>
      expect((await client.patch(path, 0, body)).status).toBe(204)
    }),
  )
}

function* chunks(byteSize: number): Generator<Buffer> {
  for (let sent = 0; sent < byteSize; sent += MEBIBYTE) yield CHUNK
}
