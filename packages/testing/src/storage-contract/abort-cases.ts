import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { StorageAdapter, StorageCapability } from '@rindle/core'
import { bodyOf, patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { failureOf, isAbsent, listAll, listKeys } from './expectations.ts'

const KEY = 'album/photo.txt'
const READ_ON = 'The body was read on after the abort.'
const EXPIRES_AT = new Date('2999-01-01T00:00:00Z')

interface AbortableCall {
  readonly method: string
  readonly needs?: StorageCapability
  readonly call: (adapter: StorageAdapter, signal: AbortSignal) => unknown
}

const CALLS: readonly AbortableCall[] = [
  {
    method: 'put',
    call: (adapter, signal) => adapter.put(KEY, bodyOf(patternBytes(9)), { contentType: 'text/plain', signal }),
  },
  { method: 'get', call: (adapter, signal) => adapter.get(KEY, { signal }) },
  { method: 'download', call: (adapter, signal) => adapter.download(KEY, join(tmpdir(), 'rindle-never'), { signal }) },
  { method: 'head', needs: 'head', call: (adapter, signal) => adapter.head(KEY, { signal }) },
  { method: 'delete', call: (adapter, signal) => adapter.delete(KEY, { signal }) },
  { method: 'deleteMany', call: (adapter, signal) => adapter.deleteMany([KEY], { signal }) },
  { method: 'copy', needs: 'server_side_copy', call: (adapter, signal) => adapter.copy(KEY, 'copy.txt', { signal }) },
  { method: 'list', needs: 'list', call: (adapter, signal) => listAll(adapter, '', { signal }) },
  {
    method: 'signGet',
    needs: 'signed_url',
    call: (adapter, signal) => adapter.signGet(KEY, { expiresAt: EXPIRES_AT, signal }),
  },
  {
    method: 'signPut',
    needs: 'presigned_put',
    call: (adapter, signal) => adapter.signPut(KEY, { expiresAt: EXPIRES_AT, contentType: 'text/plain', signal }),
  },
]

/** Aborting: the call rejects with the reason, and nothing has happened. */
export const abortCases: readonly StorageContractCase[] = [
  ...CALLS.map(
    ({ method, needs, call }): StorageContractCase => ({
      name: `rejects ${method} with the reason of a signal that is aborted already, and does nothing`,
      ...(needs === undefined ? {} : { needs }),
      run: async ({ adapter }) => {
        const bytes = patternBytes(100, 5)
        await putBytes(adapter, KEY, bytes)
        const reason = new Error('Not needed any more.')
        assert.equal(await failureOf(() => call(adapter, AbortSignal.abort(reason))), reason)
        assert.ok(bytes.equals(await readBytes(adapter, KEY)))
        await isAbsent(adapter, 'copy.txt')
      },
    }),
  ),
  {
    name: 'keeps nothing of a put that is aborted midway, and destroys its body',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(50, 3))
      for (const key of [KEY, 'album/new.txt']) {
        const controller = new AbortController()
        const reason = new Error('The user cancelled.')
        const body = endlessBody(() => controller.abort(reason))
        const put = () => adapter.put(key, body, { contentType: 'text/plain', signal: controller.signal })
        assert.equal(await failureOf(put), reason)
        assert.ok(body.destroyed, 'the body was not destroyed')
        assert.notEqual(body.errored?.message, READ_ON)
      }
      assert.ok(patternBytes(50, 3).equals(await readBytes(adapter, KEY)))
      await isAbsent(adapter, 'album/new.txt')
    },
  },
  {
    name: 'destroys a body that is being read when its signal is aborted',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(3_000_000))
      const controller = new AbortController()
      const { body } = await adapter.get(KEY, { signal: controller.signal })
      const reading = failureOf(() => buffer(body))
      controller.abort(new Error('The viewer left.'))
      assert.ok((await reading) instanceof Error)
      assert.ok(body.destroyed)
    },
  },
  {
    name: 'ends a list that is aborted midway with the reason',
    needs: 'list',
    run: async ({ adapter }) => {
      for (const key of ['a.txt', 'b.txt', 'c.txt']) await putBytes(adapter, key, patternBytes(3))
      const controller = new AbortController()
      const reason = new Error('Enough.')
      const seen: string[] = []
      const failure = await failureOf(async () => {
        for await (const { key } of adapter.list('', { signal: controller.signal })) {
          seen.push(key)
          controller.abort(reason)
        }
      })
      assert.equal(failure, reason)
      assert.deepEqual(seen, ['a.txt'])
      assert.equal((await listKeys(adapter, '')).length, 3)
    },
  },
]

function endlessBody(onHalfway: () => void): Readable {
  let sentBytes = 0
  return new Readable({
    read() {
      sentBytes += 65_536
      if (sentBytes === 65_536 * 40) onHalfway()
      if (sentBytes > 64 * 1024 * 1024) this.destroy(new Error(READ_ON))
      else this.push(Buffer.alloc(65_536))
    },
  })
}
