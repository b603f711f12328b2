import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { defineProfile, type UploadSource } from '@rindle/core'
import { s3Storage } from '@rindle/storage-s3'
import { type S3Server, startS3Server } from '@rindle/test-s3'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { objectsIn } from '../operations/snapshot.ts'
import { type Application, startApplication } from '../support/application.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const profiles = {
  local: defineProfile({ storage: 'main', accept }),
  s3: defineProfile({ storage: 's3', accept }),
  memory: defineProfile({ storage: 'memory', accept }),
}
const memory = memoryStorage()
// So that objects written in this very millisecond are old.
const inAMinute = (): Date => new Date(Date.now() + 60_000)

let server: S3Server
let directory: string
let application: Application<typeof profiles>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rindle-own-files-'))
  server = await startS3Server({ kind: 'minio' })
  const s3 = s3Storage({
    bucket: await server.createBucket(),
    region: server.region,
    endpoint: server.endpoint,
    signedChecksum: server.signedChecksum,
    credentials: { accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey },
  })
  application = await startApplication({ profiles, storages: { s3, memory }, now: inAMinute })
}, 60_000)
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await server.stop()
  await rm(directory, { recursive: true, force: true })
})

/** The answer that a page would get by a URL, from any server. */
async function fetchFrom(profile: keyof typeof profiles, url: string): Promise<Response> {
  if (profile === 'local') return application.rindle.serveFile(new Request(url))
  return profile === 's3' ? fetch(url) : memory.send({ method: 'GET', url, headers: {} })
}

/** A request of `node:http` that carries a body, as an application gets it. */
async function withIncomingRequest(body: string, take: (request: Readable) => Promise<unknown>): Promise<void> {
  const { promise: taken, resolve, reject } = Promise.withResolvers<unknown>()
  const http = createServer((request, response) => {
    take(request)
      .then(resolve, reject)
      .finally(() => response.end())
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body })
  await taken
  http.close()
}

async function textOf(profile: keyof typeof profiles, key: string): Promise<string> {
  const { body } = await application.rindle.storageAdapterFor(profile).get(key)
  return Buffer.concat(await body.toArray()).toString()
}

describe.each(['local', 's3', 'memory'] as const)('a file of the application in %s storage', (profile) => {
  it('is stored, described, downloaded, replaced and deleted under the key that was given', async () => {
    const { rindle } = application
    const key = 'invoices/2026/7.pdf'
    expect(await rindle.head(profile, key)).toBeUndefined()
    const stored = await rindle.store(profile, key, Buffer.from('first'))
    expect(stored).toMatchObject({ byteSize: 5, contentType: 'application/pdf' })
    expect(await rindle.head(profile, key)).toMatchObject({ byteSize: 5, etag: stored.etag })

    const path = join(directory, `${profile}.pdf`)
    expect(await rindle.download(profile, key, path)).toMatchObject({ byteSize: 5, etag: stored.etag })
    expect(await readFile(path, 'utf8')).toBe('first')
    await expect(rindle.download(profile, key, path)).rejects.toMatchObject({ code: 'invalid_input' })

    const replaced = await rindle.store(profile, key, Buffer.from('second'))
    expect(replaced.etag).not.toBe(stored.etag)
    expect(await textOf(profile, key)).toBe('second')
    const stale = rindle.download(profile, key, join(directory, 'stale'), { ifMatch: stored.etag })
    await expect(stale).rejects.toMatchObject({ code: 'storage_precondition_failed' })

    await rindle.delete(profile, key)
    expect(await rindle.head(profile, key)).toBeUndefined()
    await rindle.delete(profile, key)
    const missing = rindle.download(profile, key, join(directory, 'missing'))
    await expect(missing).rejects.toMatchObject({ code: 'storage_object_missing' })
  })

  it('may come from whatever an upload may come from', async () => {
    const { rindle } = application
    const path = join(directory, `${profile}-source.txt`)
    await writeFile(path, 'content')
    const sources: Record<string, () => UploadSource> = {
      path: () => path,
      url: () => pathToFileURL(path),
      bytes: () => new TextEncoder().encode('content'),
      blob: () => new Blob(['content']),
      file: () => new File(['content'], 'other.html', { type: 'text/plain' }),
      stream: () => Readable.from([Buffer.from('con'), Buffer.from('tent')]),
      text: () => Readable.from(['con', 'tent']),
      web: () => new Blob(['content']).stream(),
      request: () => new Request('http://127.0.0.1/', { method: 'PUT', body: 'content' }),
    }
    for (const [name, source] of Object.entries(sources)) {
      await rindle.store(profile, `sources/${name}.txt`, source())
      expect([name, await textOf(profile, `sources/${name}.txt`)]).toEqual([name, 'content'])
    }
    await withIncomingRequest('content', (request) => rindle.store(profile, 'sources/incoming.txt', request))
    expect(await textOf(profile, 'sources/incoming.txt')).toBe('content')
    await expect(rindle.store(profile, 'sources/x', Readable.from([{ no: 'bytes' }]))).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  it('is bounded while it streams, by the call or else by the profile, and nothing of a longer body is kept', async () => {
    const { rindle } = application
    const key = 'exports/endless.csv'
    for (const options of [{}, { maxBytes: 300_000 }]) {
      let taken = 0
      let isClosed = false
      async function* endless(): AsyncGenerator<Buffer> {
        try {
          for (;;) {
            taken += 64 * 1024
            yield Buffer.alloc(64 * 1024)
          }
        } finally {
          isClosed = true
        }
      }
      await expect(rindle.store(profile, key, Readable.from(endless()), options)).rejects.toMatchObject({
        code: 'upload_rejected',
        details: { reason: 'max_bytes_exceeded' },
      })
      expect({ isClosed, isBounded: taken < 4_000_000 }).toEqual({ isClosed: true, isBounded: true })
      expect(await rindle.head(profile, key)).toBeUndefined()
    }
    await rindle.store(profile, key, Buffer.alloc(2_000_000), { maxBytes: 2_000_000 })
    expect(await rindle.head(profile, key)).toMatchObject({ byteSize: 2_000_000 })
    const large = rindle.store(profile, key, Buffer.alloc(2_000_001), { maxBytes: 2_000_000 })
    await expect(large).rejects.toMatchObject({ code: 'upload_rejected' })
    expect(await rindle.head(profile, key)).toMatchObject({ byteSize: 2_000_000 })
  })

  it('keeps the previous object when its source fails, or differs from its declaration', async () => {
    const { rindle } = application
    const key = 'exports/daily.csv'
    await rindle.store(profile, key, Buffer.from('whole'))
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half')
      throw new Error('The query was cancelled.')
    }
    await expect(rindle.store(profile, key, Readable.from(broken()))).rejects.toThrow('The query was cancelled.')
    const declared = { checksumSha256: '0'.repeat(64), byteSize: 3 }
    await expect(rindle.store(profile, key, Buffer.from('new'), declared)).rejects.toMatchObject({
      code: 'checksum_mismatch',
    })
    expect(await textOf(profile, key)).toBe('whole')
  })

  it('is delivered by a signed URL, under its own name and the type of its extension', async () => {
    const { rindle } = application
    await rindle.store(profile, 'reports/q3.csv', Buffer.from('a,b'), { contentType: 'text/csv; charset=utf-8' })
    const response = await fetchFrom(profile, await rindle.urlForKey(profile, 'reports/q3.csv'))
    expect([response.status, await response.text()]).toEqual([200, 'a,b'])
    expect(response.headers.get('content-type')).toBe('text/csv')
    expect(response.headers.get('content-disposition')).toBe('inline; filename=q3.csv')

    const options = {
      contentType: 'text/csv; charset=utf-8',
      filename: 'Umsätze.csv',
      disposition: 'attachment',
    } as const
    const named = await fetchFrom(profile, await rindle.urlForKey(profile, 'reports/q3.csv', options))
    await named.arrayBuffer()
    expect(named.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(named.headers.get('content-disposition')).toMatch(/^attachment; filename=.+; filename\*=UTF-8''Ums%C3%A4tze/)
  })

  it('is never shown inline when it could run a script, whatever it was stored as', async () => {
    const { rindle } = application
    const page = Buffer.from('<script>alert(1)</script>')
    await rindle.store(profile, 'pages/a.html', page)
    await rindle.store(profile, 'pages/plain', page, { contentType: 'text/html' })
    const html = await fetchFrom(profile, await rindle.urlForKey(profile, 'pages/a.html'))
    expect(html.headers.get('content-disposition')).toBe('attachment; filename=a.html')
    await html.arrayBuffer()
    const unnamed = await fetchFrom(profile, await rindle.urlForKey(profile, 'pages/plain'))
    expect(unnamed.headers.get('content-type')).toBe('application/octet-stream')
    await unnamed.arrayBuffer()
  })

  it('is not found by the scan for orphans, which finds what lies beside it and no row knows', async () => {
    const { rindle } = application
    const storage = rindle.storageAdapterFor(profile)
    await storage.deleteMany(await objectsIn(storage))
    // The last three look like ours, but for one letter each.
    const id = '019a3b1c-7d2e-7f00-8000-000000000001'
    const own = ['notes/a.txt', `notes/${id}/b.txt`, 'one.txt', `photo/${id}/thumb-0123456789abcdeg.webp`, 'staged/x']
    for (const key of own) await rindle.store(profile, key, Buffer.from(key))
    const strays = [`${profile}/${id}/original-0f.jpg`, `gone/${id}/thumb-0123456789abcdef.webp`, 'staging/x/y/z.jpg']
    for (const key of strays) await storage.put(key, Readable.from(['stray']), { contentType: 'image/jpeg' })

    const scan = { storage: profile === 'local' ? 'main' : profile, graceSeconds: 0 }
    // Forced, because the database knows no asset for files of an application alone.
    expect(await rindle.scanOrphans({ ...scan, live: true, force: true })).toMatchObject({
      scanned: 3,
      matched: 3,
      deleted: 3,
    })
    expect(new Set(await objectsIn(storage))).toEqual(new Set(own))
    for (const key of own) await rindle.delete(profile, key)
    expect(await objectsIn(storage)).toEqual([])
  })

  it.each([
    '',
    '../../etc/passwd',
    '/etc/passwd',
    'a/../b',
    'a//b',
    'a\\b',
    'a\0b',
    'a\nb',
    'A.txt',
    'ü.txt',
    '%2e%2e/a',
    'a.tar.gz',
    'x'.repeat(901),
    7 as unknown as string,
    ['notes'] as unknown as string,
    undefined as unknown as string,
  ])('has no key like %j: every verb refuses it, and nothing is touched', async (key) => {
    const { rindle } = application
    const before = await objectsIn(rindle.storageAdapterFor(profile))
    const calls = [
      rindle.store(profile, key, Buffer.from('x')),
      rindle.storeVariant(profile, key, Buffer.from('x'), { assetId: 'a', variantName: 'b' }),
      rindle.download(profile, key, join(directory, 'hostile')),
      rindle.head(profile, key),
      rindle.delete(profile, key),
      rindle.urlForKey(profile, key),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'storage_key_invalid' })
    expect(await objectsIn(rindle.storageAdapterFor(profile))).toEqual(before)
  })

  it.each([
    { contentType: 'text/html\r\nx: y' },
    { contentType: 'nonsense' },
    { cacheControl: 'no-store\r\nx: y' },
    { contentDisposition: 'attachment\n' },
    { maxBytes: 0 },
    { maxBytes: Number.NaN },
    { maxBytes: Number.POSITIVE_INFINITY },
    { byteSize: -1 },
    { checksumSha256: 'abc' },
  ])('takes no option like %j', async (options) => {
    const { rindle } = application
    const refused = rindle.store(profile, 'notes/refused.txt', Buffer.from('x'), options)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await rindle.head(profile, 'notes/refused.txt')).toBeUndefined()
  })
})
