import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { isRindleError } from '@rindle/core'
import { patternBytes, putBytes, readBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { isAbsent } from './expectations.ts'

const KEY = 'album/photo.txt'
const CHUNK_BYTES = 65_536
// More than streams buffer, so that the storage has begun to write when the body is half sent.
const CHUNKS = 64

/** Atomicity: no reader sees a part of an object during concurrent writes, reads and deletes. */
export const concurrencyCases: readonly StorageContractCase[] = [
  {
    name: 'shows nothing of a new object before it is whole',
    run: async ({ adapter }) => {
      const body = bodyWithPause(1, () => isAbsent(adapter, KEY))
      await adapter.put(KEY, body, { contentType: 'text/plain' })
      assert.equal((await readBytes(adapter, KEY)).byteLength, CHUNKS * CHUNK_BYTES)
    },
  },
  {
    name: 'shows the old object until the new one is whole',
    run: async ({ adapter }) => {
      const old = patternBytes(5000)
      const { etag } = await putBytes(adapter, KEY, old)
      const body = bodyWithPause(1, async () => {
        const { body: seen } = await adapter.get(KEY, { ifMatch: etag })
        assert.ok(old.equals(await buffer(seen)))
      })
      await adapter.put(KEY, body, { contentType: 'text/plain' })
      assert.equal((await readBytes(adapter, KEY)).byteLength, CHUNKS * CHUNK_BYTES)
    },
  },
  {
    name: 'finishes a read of the object that was there when it began',
    run: async ({ adapter }) => {
      const old = patternBytes(3_000_000, 1)
      await putBytes(adapter, KEY, old)
      const { body } = await adapter.get(KEY)
      await putBytes(adapter, KEY, patternBytes(3_000_000, 2))
      assert.ok(old.equals(await buffer(body)))
    },
  },
  {
    name: 'copies the requested version of the source, or nothing, while others replace it',
    needs: 'server_side_copy',
    run: async ({ adapter }) => {
      const [asked, other] = [patternBytes(2000, 1), patternBytes(2000, 2)]
      for (let round = 0; round < 50; round++) {
        const { etag } = await putBytes(adapter, KEY, asked)
        const target = `copies/${round}.txt`
        const [copied] = await Promise.allSettled([
          adapter.copy(KEY, target, { ifMatch: etag }),
          putBytes(adapter, KEY, other),
        ])
        if (copied.status === 'rejected') await isAbsent(adapter, target)
        else assert.ok(asked.equals(await readBytes(adapter, target)), 'the copy is not the requested version')
      }
    },
  },
  {
    name: 'keeps one whole object when many write one key at once',
    run: async ({ adapter }) => {
      const write = (fill: number): Promise<unknown> =>
        adapter.put(
          KEY,
          bodyWithPause(fill, async () => {}),
          { contentType: 'text/plain' },
        )
      let isWriting = true
      const writes = Promise.all(Array.from({ length: 8 }, (_, fill) => write(fill))).finally(() => {
        isWriting = false
      })
      const reads = readWhile(
        () => isWriting,
        async () => isUniform(await readBytes(adapter, KEY)),
      )
      await Promise.all([writes, reads])
      isUniform(await readBytes(adapter, KEY))
    },
  },
  {
    name: 'loses no object that is written while its neighbours are deleted',
    run: async ({ adapter }) => {
      for (let round = 0; round < 25; round++) {
        const keys = Array.from({ length: 4 }, (_, index) => `deep/${round}/x/${index}.txt`)
        await Promise.all(keys.map((key) => putBytes(adapter, key, patternBytes(1))))
        const last = `deep/${round}/x/last.txt`
        await Promise.all([...keys.map((key) => adapter.delete(key)), putBytes(adapter, last, patternBytes(9))])
        assert.ok(patternBytes(9).equals(await readBytes(adapter, last)))
      }
    },
  },
  {
    name: 'lets many delete one object at once',
    run: async ({ adapter }) => {
      await putBytes(adapter, KEY, patternBytes(10))
      await Promise.all(Array.from({ length: 10 }, () => adapter.delete(KEY)))
      await isAbsent(adapter, KEY)
    },
  },
]

function bodyWithPause(fill: number, pause: () => Promise<void>): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let index = 0; index < CHUNKS; index++) {
      if (index === CHUNKS / 2) await pause()
      yield Buffer.alloc(CHUNK_BYTES, fill)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

async function readWhile(isGoingOn: () => boolean, read: () => Promise<void>): Promise<void> {
  while (isGoingOn()) {
    try {
      await read()
    } catch (error) {
      if (!isRindleError(error, 'storage_object_missing')) throw error
    }
    // Readers that never wait would starve the writers of an adapter that does no I/O.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function isUniform(bytes: Buffer): void {
  assert.equal(bytes.byteLength, CHUNKS * CHUNK_BYTES, 'a reader saw a part of an object')
  const expected = Buffer.alloc(bytes.byteLength, bytes[0])
  assert.ok(bytes.equals(expected), 'a reader saw a mixture of two objects')
}
