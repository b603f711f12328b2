import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { PutOptions } from '@rindle/core/adapter'
import { bodyOf, patternBytes, putBytes, readBytes, separateChunks } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { causesOf, failureOf, isAbsent, rejectsWith } from './expectations.ts'

const KEY = 'album/photo.txt'

/** Writing: the storage keeps the sent bytes, or nothing. */
export const putCases: readonly StorageContractCase[] = [
  {
    name: 'returns the stored bytes unchanged',
    run: async ({ adapter }) => {
      for (const byteSize of [0, 1, 65_535, 65_537, 3_000_001]) {
        const bytes = patternBytes(byteSize, byteSize)
        const stored = await putBytes(adapter, KEY, bytes)
        assert.equal(stored.byteSize, byteSize)
        assert.ok(bytes.equals(await readBytes(adapter, KEY)), `the ${byteSize} bytes read are not those put`)
      }
    },
  },
  {
    name: 'takes a body of many tiny chunks',
    run: async ({ adapter }) => {
      const bytes = patternBytes(20_000)
      const chunks = Array.from({ length: 4000 }, (_, index) => bytes.subarray(index * 5, index * 5 + 5))
      await adapter.put(KEY, Readable.from(chunks), { contentType: 'text/plain' })
      assert.ok(bytes.equals(await readBytes(adapter, KEY)))
    },
  },
  {
    name: 'changes no chunk of a body, unless they are disposable',
    run: async ({ adapter }) => {
      const bytes = patternBytes(3_000_001)
      const chunks = separateChunks(bytes)
      for (const disposeChunks of [false, true]) {
        const options = { contentType: 'text/plain', disposeChunks }
        await adapter.put(KEY, Readable.from(chunks, { objectMode: false }), options)
        assert.ok(bytes.equals(await readBytes(adapter, KEY)))
        if (!disposeChunks) assert.ok(bytes.equals(Buffer.concat(chunks)), 'chunks are not what they were')
      }
    },
  },
  {
    name: 'gives a content type that agrees with the extension of the key',
    run: async ({ adapter }) => {
      for (const [key, contentType] of [
        ['a.jpg', 'image/jpeg'],
        ['b/c.mp4', 'video/mp4'],
        ['d.txt', 'text/plain'],
      ] as const) {
        assert.equal((await adapter.put(key, bodyOf(patternBytes(9)), { contentType })).contentType, contentType)
        const { body, contentType: read } = await adapter.get(key)
        body.destroy()
        assert.equal(read, contentType)
      }
    },
  },
  {
    name: 'describes the same object alike in put, get and head',
    needs: 'head',
    run: async ({ adapter }) => {
      const { etag, byteSize, contentType } = await putBytes(adapter, KEY, patternBytes(1000))
      const { body, ...got } = await adapter.get(KEY)
      body.destroy()
      assert.deepEqual(await adapter.head(KEY), got)
      assert.deepEqual(
        { etag: got.etag, byteSize: got.byteSize, contentType: got.contentType },
        { etag, byteSize, contentType },
      )
      assert.ok(Math.abs(Date.now() - got.lastModified.getTime()) < 3_600_000, 'lastModified is not about now')
    },
  },
  {
    name: 'overwrites',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(200_000, 1))
      await putBytes(adapter, KEY, patternBytes(10, 2))
      assert.ok(patternBytes(10, 2).equals(await readBytes(adapter, KEY)))
    },
  },
  {
    name: 'gives other bytes another etag, however fast they follow',
    run: async ({ adapter }) => {
      const etags = new Set<string>()
      for (let seed = 0; seed < 20; seed++) {
        etags.add((await putBytes(adapter, KEY, patternBytes(100, seed))).etag)
        if (seed % 2 === 0) await adapter.delete(KEY)
      }
      assert.equal(etags.size, 20)
    },
  },
  {
    name: 'accepts a body of the declared length and SHA-256',
    run: async ({ adapter }) => {
      const bytes = patternBytes(100_000)
      const checksumSha256 = sha256(bytes)
      const stored = await adapter.put(KEY, bodyOf(bytes), {
        contentType: 'text/plain',
        byteSize: 100_000,
        checksumSha256,
      })
      assert.equal(stored.byteSize, 100_000)
      assert.ok(stored.checksumSha256 === undefined || stored.checksumSha256 === checksumSha256)
    },
  },
  ...refusalCases([
    { what: 'shorter than declared', declared: { byteSize: 1001 } },
    { what: 'longer than declared', declared: { byteSize: 999 } },
    { what: 'of another SHA-256', declared: { checksumSha256: sha256(patternBytes(999)) } },
  ]),
  {
    name: 'stops reading a body that is longer than declared',
    run: async ({ adapter }) => {
      let sentBytes = 0
      const body = new Readable({
        read() {
          sentBytes += 65_536
          if (sentBytes > 64 * 1024 * 1024) this.destroy(new Error('The body was read on.'))
          else this.push(Buffer.alloc(65_536))
        },
      })
      await rejectsWith('checksum_mismatch', () =>
        adapter.put(KEY, body, { contentType: 'text/plain', byteSize: 70_000 }),
      )
      assert.ok(body.destroyed, 'the body was not destroyed')
      await isAbsent(adapter, KEY)
    },
  },
  ...brokenBodyCases([
    { what: 'fails at once', sentBytes: 0 },
    { what: 'fails after a part', sentBytes: 2_500_000 },
  ]),
  {
    name: 'destroys the body of a put that it refuses before it begins',
    run: async ({ adapter }) => {
      for (const [key, options] of [
        ['../outside.txt', {}],
        [KEY, { signal: AbortSignal.abort() }],
      ] as const) {
        const body = bodyOf(patternBytes(9))
        await failureOf(() => adapter.put(key, body, { contentType: 'text/plain', ...options }))
        assert.ok(body.destroyed, 'the body was not destroyed')
      }
    },
  },
  {
    name: 'keeps nothing of a body that is cut off without an error',
    run: async ({ adapter }) => {
      const body = new Readable({ read() {} })
      body.push(patternBytes(100_000))
      const put = failureOf(() => adapter.put(KEY, body, { contentType: 'text/plain' }))
      setImmediate(() => body.destroy())
      assert.ok((await put) instanceof Error)
      await isAbsent(adapter, KEY)
    },
  },
]

/** Run only if the storage keeps any content type. */
export const contentTypeCases: readonly StorageContractCase[] = [
  {
    name: 'keeps the content type it was given, whatever the key',
    needs: 'head',
    run: async ({ adapter }) => {
      await adapter.put('plain', bodyOf(patternBytes(9)), { contentType: 'image/avif' })
      assert.equal((await adapter.head('plain'))?.contentType, 'image/avif')
    },
  },
]

function refusalCases(
  refusals: readonly { readonly what: string; readonly declared: Partial<PutOptions> }[],
): readonly StorageContractCase[] {
  return refusals.map(({ what, declared }) => ({
    name: `refuses a body ${what}, and keeps the previous object`,
    run: async ({ adapter }) => {
      const put = () => adapter.put(KEY, bodyOf(patternBytes(1000)), { contentType: 'text/plain', ...declared })
      await rejectsWith('checksum_mismatch', put)
      await isAbsent(adapter, KEY)
      await putBytes(adapter, KEY, patternBytes(50, 3))
      await rejectsWith('checksum_mismatch', put)
      assert.ok(patternBytes(50, 3).equals(await readBytes(adapter, KEY)))
    },
  }))
}

function brokenBodyCases(
  failures: readonly { readonly what: string; readonly sentBytes: number }[],
): readonly StorageContractCase[] {
  return failures.map(({ what, sentBytes }) => ({
    name: `rejects with the error of a body that ${what}, and keeps the previous object`,
    run: async ({ adapter }) => {
      for (const before of [undefined, patternBytes(50, 3)]) {
        if (before !== undefined) await putBytes(adapter, KEY, before)
        // An error code of the operating system must not be taken for one of the storage itself.
        const reason = Object.assign(new Error('The client went away.'), { code: 'ENOENT', errno: -2 })
        const body = failingBody(sentBytes, reason)
        const failure = await failureOf(() => adapter.put(KEY, body, { contentType: 'text/plain' }))
        assert.ok(causesOf(failure).includes(reason), `the error of the body is lost: ${String(failure)}`)
        if (before === undefined) await isAbsent(adapter, KEY)
        else assert.ok(before.equals(await readBytes(adapter, KEY)))
      }
    },
  }))
}

function failingBody(sentBytes: number, reason: Error): Readable {
  let left = sentBytes
  const body = new Readable({
    read() {
      if (left <= 0) this.destroy(reason)
      else this.push(Buffer.alloc(Math.min(left, 65_536)))
      left -= 65_536
    },
  })
  if (sentBytes === 0) body.destroy(reason)
  return body
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
