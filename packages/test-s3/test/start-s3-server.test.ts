import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cephMissing, type OwnS3Server, type S3Server, startS3Server, useS3Server } from '@rindle/test-s3'
import { Client } from 'minio'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { givenStore } from '../src/given-store.ts'
import { startMinio } from '../src/minio.ts'
import { findOnPath } from '../src/minio-binary.ts'

const missing = await cephMissing()
const STARTERS: readonly (readonly [string, () => Promise<OwnS3Server>])[] = [
  ['MinIO', startMinio],
  ['Ceph', () => startS3Server({ kind: 'ceph' })],
]

describe.each(STARTERS)('%s', (name, start) => {
  test('makes buckets, also after it was killed and started again, and is gone when stopped', async (context) => {
    if (name === 'Ceph' && missing !== undefined) context.skip(missing)
    const server = await start()
    try {
      const bucket = await server.createBucket()
      expect(await server.createBucket()).not.toBe(bucket)
      expect((await fetch(`${server.endpoint}/${bucket}`)).status).toBe(403)
      await server.kill()
      await expect(fetch(server.endpoint)).rejects.toThrow('fetch failed')
      await server.restart()
      expect((await fetch(`${server.endpoint}/${bucket}`)).status).toBe(403)
      await server.createBucket()
    } finally {
      await server.stop()
    }
    await server.stop()
    await expect(fetch(server.endpoint)).rejects.toThrow('fetch failed')
  }, 120_000)
})

test('two servers run beside each other', async () => {
  const servers = await Promise.all([startMinio(), startMinio()])
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.stop()))))
  expect(new Set(servers.map(({ endpoint }) => endpoint)).size).toBe(2)
  await Promise.all(servers.map((server) => server.createBucket()))
})

test('the server of the run is one for all who use it, with buckets that are their own', async () => {
  const [one, other] = await Promise.all([useS3Server(), useS3Server()])
  expect(one.endpoint).toBe(other.endpoint)
  const [bucket, bucketOfOther] = [await one.createBucket(), await other.createBucket()]
  expect(bucket).not.toBe(bucketOfOther)
  await one.stop()
  expect((await fetch(`${other.endpoint}/${bucketOfOther}`)).status).toBe(403)
  await other.stop()
})

test.each([
  ['is killed', (pid: number) => process.kill(pid, 'SIGKILL')],
  ['is interrupted in its terminal', (pid: number) => process.kill(-pid, 'SIGINT')],
])('a server and its directory do not outlive a test process that %s', async (_how, end) => {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-forgetful-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'forgetful-program.ts')], {
    env: { ...process.env, TMPDIR: directory, RINDLE_TEST_DATA: join(directory, 'rindle-') },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const [endpoint] = (await once(createInterface(child.stdout), 'line')) as [string]
  expect((await fetch(endpoint)).status).toBe(403)
  expect(await readdir(directory)).toHaveLength(1)
  end(child.pid ?? 0)
  await vi.waitFor(async () => expect(await readdir(directory)).toEqual([]), { timeout: 10_000 })
  await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
})

test('a server that cannot start says why', async () => {
  vi.stubEnv('MINIO_STORAGE_CLASS_STANDARD', 'nonsense')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(startMinio()).rejects.toThrow(/^minio ended before it was ready:\n[^]*nonsense/)
})

describe('the store that the environment names', () => {
  test('is none when it names none', () => {
    expect(givenStore({})).toBeUndefined()
  })

  test('needs credentials', () => {
    expect(() => givenStore({ RINDLE_TEST_S3_ENDPOINT: 'http://127.0.0.1:9000' })).toThrow(
      'RINDLE_TEST_S3_ENDPOINT also needs RINDLE_TEST_S3_ACCESS_KEY_ID.',
    )
  })

  test('is used, is not killed, and keeps no bucket that was made here', async () => {
    const minio = await startMinio()
    onTestFinished(() => minio.stop())
    vi.stubEnv('RINDLE_TEST_S3_ENDPOINT', minio.endpoint)
    vi.stubEnv('RINDLE_TEST_S3_ACCESS_KEY_ID', minio.accessKeyId)
    vi.stubEnv('RINDLE_TEST_S3_SECRET_ACCESS_KEY', minio.secretAccessKey)
    onTestFinished(() => void vi.unstubAllEnvs())
    const theirs = await minio.createBucket()
    const server = await startS3Server()
    expect(server).toMatchObject({ kind: 'given', endpoint: minio.endpoint, region: 'us-east-1' })
    const client = clientOf(server)
    await client.putObject(await server.createBucket(), 'deep/a.txt', 'x')
    await expect(server.kill()).rejects.toThrow('not stopped here')
    await expect(server.restart()).rejects.toThrow('not stopped here')
    await server.stop()
    await server.stop()
    expect((await client.listBuckets()).map(({ name }) => name)).toEqual([theirs])
  })
})

test('a program is found on PATH, or not', async () => {
  expect(await findOnPath('sh')).toMatch(/\/sh$/)
  expect(await findOnPath('no-such-program')).toBeUndefined()
})

function clientOf({ endpoint, accessKeyId, secretAccessKey }: S3Server): Client {
  const { hostname, port } = new URL(endpoint)
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
  })
}
