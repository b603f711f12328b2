import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { StorageAdapter } from '@rindle/core'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, useS3Server } from '@rindle/test-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import { type AlternatingProxy, startAlternatingProxy } from './alternating-proxy.ts'
import { byTusJsClient, byUppy, type SendFile } from './clients.ts'
import { TUS_PATH } from './serve-tus.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { tusProfiles } from './tus-profiles.ts'

const MEBIBYTE = 1024 * 1024
/** Bytes of each upload. */
const FILE_BYTES = MEBIBYTE * byRunLength('mebibytes', { sample: 24, short: 24, long: 1024 })
const CHUNK_BYTES = Math.max(3 * MEBIBYTE, Math.ceil(FILE_BYTES / 64))
const UPLOADS: readonly { readonly client: string; readonly send: SendFile; readonly profile: 'local' | 'remote' }[] = [
  { client: 'tus-js-client', send: byTusJsClient, profile: 'local' },
  { client: 'tus-js-client', send: byTusJsClient, profile: 'remote' },
  { client: 'Uppy', send: byUppy, profile: 'local' },
  { client: 'Uppy', send: byUppy, profile: 'remote' },
]

let s3: S3Server
let application: Application<typeof tusProfiles>
let storages: Record<'local' | 'remote', StorageAdapter>
let directory: string
let startServer: () => Promise<ServerProcess>

beforeAll(async () => {
  s3 = await useS3Server()
  const options = {
    bucket: await s3.createBucket(),
    region: s3.region,
    endpoint: s3.endpoint,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  }
  const remote = s3Storage(options)
  application = await startApplication({ profiles: tusProfiles, storages: { remote } })
  storages = { local: application.storage, remote }
  directory = await mkdtemp(join(tmpdir(), 'rindle-tus-'))
  startServer = () => startServerProcess(application.databaseUrl, application.directory, JSON.stringify(options))
})
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await s3.stop()
  await rm(directory, { recursive: true, force: true })
})

it('uploads of every client arrive whole on every storage, through two servers that are killed in turn', {
  timeout: 30_000 + (FILE_BYTES / MEBIBYTE) * 2_000,
}, async () => {
  const servers: (ServerProcess | undefined)[] = [await startServer(), await startServer()]
  const proxy = await startAlternatingProxy(() => servers.map((server) => server?.port))
  const killing = killInTurn(proxy, servers)
  const { path, sha256 } = await makeFile()
  const urls = await Promise.all(
    UPLOADS.map(({ send, profile }) =>
      send({
        endpoint: `http://127.0.0.1:${proxy.port}${TUS_PATH}`,
        path,
        byteSize: FILE_BYTES,
        chunkBytes: CHUNK_BYTES,
        metadata: { profile, filename: 'lesson.pdf', filetype: 'application/pdf' },
      }),
    ),
  )
  await killing
  for (const [index, { profile }] of UPLOADS.entries()) {
    const { pathname } = new URL(urls[index] ?? '')
    const session = await application.rindle.uploadSession(pathname.slice(TUS_PATH.length + 1).split('.')[0] ?? '')
    expect(session).toMatchObject({ state: 'completed', lastKnownOffset: FILE_BYTES })
    expect(await sha256Of(storages[profile], session.uploadKey)).toBe(sha256)
    // Each kill may cost the chunk that was on its way.
    expect(proxy.sentBytes.get(pathname)).toBeLessThanOrEqual(FILE_BYTES + 2 * CHUNK_BYTES)
  }
  await proxy.close()
  for (const server of servers) await server?.kill()
})

/** Kills each server in the middle of a body, the second when the first is back. */
async function killInTurn(proxy: AlternatingProxy, servers: (ServerProcess | undefined)[]): Promise<void> {
  const total = UPLOADS.length * FILE_BYTES
  for (const [victim, fraction] of [0.3, 0.6].entries()) {
    await new Promise<void>((resolve) => {
      proxy.onBody = (server, totalBytes) => {
        if (server === victim && totalBytes > fraction * total) resolve()
      }
    })
    proxy.onBody = () => {}
    const server = servers[victim]
    servers[victim] = undefined
    await server?.kill()
    const starting = startServer()
    // The other server continues the uploads of the dead one, but not to the end: some must be left for the next.
    proxy.gate = (totalBytes) => (totalBytes > 0.5 * total ? starting : undefined)
    servers[victim] = await starting
    proxy.gate = () => undefined
  }
}

async function makeFile(): Promise<{ readonly path: string; readonly sha256: string }> {
  const path = join(directory, 'lesson.pdf')
  const hash = createHash('sha256')
  const bytes = function* (): Generator<Buffer> {
    yield Buffer.from('%PDF-1.7\n')
    for (let left = FILE_BYTES - 9; left > 0; left -= MEBIBYTE) yield randomBytes(Math.min(left, MEBIBYTE))
  }
  await writeFile(path, bytes())
  await pipeline(createReadStream(path), hash)
  return { path, sha256: hash.digest('hex') }
}

async function sha256Of(storage: StorageAdapter, key: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline((await storage.get(key)).body, hash)
  return hash.digest('hex')
}
