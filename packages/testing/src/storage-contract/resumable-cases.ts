import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { StorageAdapter } from '@rindle/core'
import type { AppendOptions, ResumableState } from '@rindle/core/adapter'
import { bodyOf, patternBytes, readBytes, separateChunks } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { collect, failureOf, isAbsent, listKeys, rejectsWith } from './expectations.ts'

const KEY = 'album/film.txt'
// More than the minimum part of S3, so that a body has parts and a remainder.
const LARGE_BYTES = 6 * 1024 * 1024

/** Uploads that break off and continue. */
export const resumableCases: readonly StorageContractCase[] = [
  {
    name: 'makes one object of bodies that came one after the other, and shows nothing before',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const pieces = [100, LARGE_BYTES, 0, 7, 2 * LARGE_BYTES].map((byteSize, seed) => patternBytes(byteSize, seed))
      let state = await begin(adapter)
      let byteSize = 0
      for (const piece of pieces) {
        state = await append(adapter, state, piece)
        byteSize += piece.byteLength
        assert.equal(state.offset, byteSize)
        await isMissing(adapter)
      }
      const stored = await adapter.resumable.finish(KEY, state)
      assert.equal(stored.byteSize, byteSize)
      await holdsOnly(adapter, Buffer.concat(pieces))
    },
  },
  {
    name: 'changes no later chunk, unless they are disposable',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const bytes = patternBytes(2 * LARGE_BYTES)
      const chunks = separateChunks(bytes)
      let state = await begin(adapter)
      for (const disposeChunks of [false, true]) {
        const body = Readable.from(chunks, { objectMode: false })
        for await (state of adapter.resumable.append(KEY, state, body, { disposeChunks }));
        if (!disposeChunks) assert.ok(bytes.equals(Buffer.concat(chunks)), 'chunks are not what they were')
      }
      await adapter.resumable.finish(KEY, state)
      await holdsOnly(adapter, Buffer.concat([bytes, bytes]))
    },
  },
  {
    name: 'knows the last bytes of an upload whose length was declared',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const [first, last] = [patternBytes(LARGE_BYTES, 1), patternBytes(1000, 2)]
      const byteSize = LARGE_BYTES + 1000
      const state = await append(adapter, await begin(adapter), first, { byteSize })
      await adapter.resumable.finish(KEY, await append(adapter, state, last, { byteSize }))
      await holdsOnly(adapter, Buffer.concat([first, last]))
    },
  },
  {
    name: 'continues from any kept state, whatever a killed process did after it',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      // Fewer than were lost, so that remains of those would show.
      const [kept, lost, instead] = [patternBytes(1000, 1), patternBytes(LARGE_BYTES, 2), patternBytes(500_000, 3)]
      const state = await append(adapter, await begin(adapter), kept)
      const unkept = adapter.resumable.append(KEY, state, bodyOf(lost))[Symbol.asyncIterator]()
      await unkept.next()
      await unkept.return?.()
      await adapter.resumable.finish(KEY, await append(adapter, state, instead))
      await holdsOnly(adapter, Buffer.concat([kept, instead]))
    },
  },
  {
    name: 'rejects with the error of a body that fails, and continues from the last yielded state',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const bytes = patternBytes(3 * LARGE_BYTES, 1)
      const error = new Error('The client has gone.')
      let state = await begin(adapter)
      const failure = await failureOf(async () => {
        for await (const kept of adapter.resumable.append(KEY, state, failing(bytes, error))) state = kept
      })
      assert.ok(failure === error || (failure instanceof Error && failure.cause === error), String(failure))
      await adapter.resumable.finish(KEY, await append(adapter, state, bytes.subarray(state.offset)))
      await holdsOnly(adapter, bytes)
    },
  },
  {
    name: 'yields once for a body that counts as a whole, and never when it fails',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const bytes = patternBytes(2 * LARGE_BYTES, 1)
      const state = await begin(adapter)
      const options = { isWhole: true }
      const seen: ResumableState[] = []
      await failureOf(async () => {
        const states = adapter.resumable.append(KEY, state, failing(bytes, new Error('Gone.')), options)
        for await (const kept of states) seen.push(kept)
      })
      assert.deepEqual(seen, [])
      const states = await collect(adapter.resumable.append(KEY, state, bodyOf(bytes), options))
      assert.deepEqual(
        states.map(({ offset }) => offset),
        [bytes.byteLength],
      )
    },
  },
  {
    name: 'ends an append with the reason of a signal, and continues from the previous state',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const state = await append(adapter, await begin(adapter), patternBytes(100, 1))
      const reason = new Error('Not needed any more.')
      const cancel = new AbortController()
      const endless = new Readable({ read: () => cancel.abort(reason) })
      const { signal } = cancel
      assert.equal(await failureOf(() => collect(adapter.resumable.append(KEY, state, endless, { signal }))), reason)
      await adapter.resumable.finish(KEY, await append(adapter, state, patternBytes(50, 2)))
      await holdsOnly(adapter, Buffer.concat([patternBytes(100, 1), patternBytes(50, 2)]))
    },
  },
  {
    name: 'finishes an upload any number of times, one of no bytes too',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const empty = await begin(adapter)
      assert.equal((await adapter.resumable.finish(KEY, empty)).byteSize, 0)
      const state = await append(adapter, await begin(adapter), patternBytes(100, 1))
      const stored = await adapter.resumable.finish(KEY, state)
      assert.equal((await adapter.resumable.finish(KEY, state)).etag, stored.etag)
      await holdsOnly(adapter, patternBytes(100, 1))
    },
  },
  {
    name: 'leaves nothing of an aborted upload, any number of times',
    needs: 'resumable_upload',
    run: async ({ adapter }) => {
      const state = await append(adapter, await begin(adapter), patternBytes(LARGE_BYTES + 100, 1))
      await adapter.resumable.abort(KEY, state)
      await adapter.resumable.abort(KEY, state)
      if (adapter.capabilities.has('list')) assert.deepEqual(await listKeys(adapter, ''), [])
      await rejectsWith('storage_object_missing', () => append(adapter, state, patternBytes(100, 2)))
      await rejectsWith('storage_object_missing', () => adapter.resumable.finish(KEY, state))
      await isAbsent(adapter, KEY)
    },
  },
]

function begin(adapter: StorageAdapter): Promise<ResumableState> {
  return adapter.resumable.begin(KEY, { contentType: 'text/plain', maxBytes: 8 * LARGE_BYTES })
}

/** Appends, and returns the last state as another process would read it. */
async function append(
  adapter: StorageAdapter,
  state: ResumableState,
  bytes: Uint8Array,
  options?: AppendOptions,
): Promise<ResumableState> {
  const states = await collect(adapter.resumable.append(KEY, state, bodyOf(bytes), options))
  assert.ok(states.length > 0, 'An append yields at least once.')
  return JSON.parse(JSON.stringify(states.at(-1))) as ResumableState
}

async function isMissing(adapter: StorageAdapter): Promise<void> {
  await rejectsWith('storage_object_missing', () => adapter.get(KEY))
}

/** Checks that the object has these bytes, and that nothing lies beside it. */
async function holdsOnly(adapter: StorageAdapter, bytes: Uint8Array): Promise<void> {
  assert.ok(Buffer.from(bytes).equals(await readBytes(adapter, KEY)))
  if (adapter.capabilities.has('list')) assert.deepEqual(await listKeys(adapter, ''), [KEY])
}

function failing(bytes: Uint8Array, error: Error): Readable {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of bodyOf(bytes) as AsyncIterable<Buffer>) yield chunk
    throw error
  }
  return Readable.from(chunks(), { objectMode: false })
}
