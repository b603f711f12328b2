import { Readable } from 'node:stream'
import { type S3Server, startS3Server } from '@rindle/test-s3'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { pdfOf, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const MEBIBYTE = 1024 * 1024
const UPLOADS_AT_ONCE = 20
const UPLOAD_BYTES = 24 * MEBIBYTE
const CHUNK = pdfOf(MEBIBYTE)

let s3: S3Server
let application: Application<typeof tusProfiles>
let startServer: () => Promise<ServerProcess>

beforeAll(async () => {
  s3 = await startS3Server()
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

// Far less than the 480 MiB that are sent, so whoever holds bodies in memory fails. Little of what is measured is data: the
// heap's young generation and malloc's arenas grow with the load of the machine. On a busy one: 38 to 90 MiB.
const MAX_GROWTH_MEBIBYTES = 128

it.each(['local', 'remote'])('twenty uploads at once to %s storage are not held in memory', async (profile) => {
  const server = await startServer()
  try {
    const client = tusClient(server.port)
    await uploads(client, profile, 2)
    const baselineBytes = await server.residentBytes()
    let peakBytes = baselineBytes
    const sent = new AbortController()
    const sending = uploads(client, profile, UPLOADS_AT_ONCE).finally(() => sent.abort())
    while (!sent.signal.aborted) peakBytes = Math.max(peakBytes, await server.residentBytes())
    await sending
    expect((peakBytes - baselineBytes) / MEBIBYTE).toBeLessThan(MAX_GROWTH_MEBIBYTES)
  } finally {
    await server.kill()
  }
})

async function uploads(client: TusClient, profile: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const path = await client.begin(UPLOAD_BYTES, { profile })
      const body = Readable.toWeb(Readable.from(chunks())) as ReadableStream<Uint8Array>
      expect((await client.patch(path, 0, body)).status).toBe(204)
    }),
  )
}

function* chunks(): Generator<Buffer> {
  for (let sent = 0; sent < UPLOAD_BYTES; sent += MEBIBYTE) yield CHUNK
}
