import { Readable } from 'node:stream'
import { RindleError } from '@rindle/core'
import { type FaultPoint, faultyStorage, memoryStorage, storageContract } from '@rindle/testing'
import { describe, expect, test } from 'vitest'

const KEY = 'album/photo.txt'

storageContract(
  'faultyStorage without faults',
  async () => {
    const good = memoryStorage()
    return { adapter: faultyStorage(good, {}), send: good.send, cleanup: async () => {} }
  },
  { holdsObjectsInMemory: true },
)

describe('a storage with faults', () => {
  test('calls back before and after each call, with its keys', async () => {
    const seen: (readonly [FaultPoint, readonly string[], boolean])[] = []
    const good = memoryStorage()
    const storage = faultyStorage(good, {
      onCall: async (point, keys) => void seen.push([point, keys, (await good.head(KEY)) !== undefined]),
    })
    await putText(storage)
    await storage.copy(KEY, 'copy.txt')
    await storage.deleteMany([KEY, 'copy.txt'])
    expect(seen).toEqual([
      ['put:before', [KEY], false],
      ['put:after', [KEY], true],
      ['copy:before', [KEY, 'copy.txt'], true],
      ['copy:after', [KEY, 'copy.txt'], true],
      ['deleteMany:before', [KEY, 'copy.txt'], true],
      ['deleteMany:after', [KEY, 'copy.txt'], false],
    ])
  })

  test('calls back around the calls of uploads in parts and of resumable ones', async () => {
    const seen: FaultPoint[] = []
    const storage = faultyStorage(memoryStorage(), { onCall: (point) => void seen.push(point) })
    const { uploadId } = await storage.multipart.create(KEY, { contentType: 'text/plain' })
    await storage.multipart.abort(KEY, uploadId)
    const begun = await storage.resumable.begin(KEY, { contentType: 'text/plain', maxBytes: 10 })
    const options = { byteSize: 1, isWhole: true }
    for await (const state of storage.resumable.append(KEY, begun, Readable.from(['x']), options)) {
      seen.push('put:before')
      await storage.resumable.finish(KEY, state)
    }
    expect(seen).toEqual([
      'multipart.create:before',
      'multipart.create:after',
      'multipart.abort:before',
      'multipart.abort:after',
      'resumable.begin:before',
      'resumable.begin:after',
      'resumable.append:before',
      'put:before',
      'resumable.finish:before',
      'resumable.finish:after',
      'resumable.append:after',
    ])
  })

  test('fails a resumable append before the storage has seen it, and one that it has done', async () => {
    for (const point of ['resumable.append:before', 'resumable.append:after'] as const) {
      const storage = faultyStorage(memoryStorage(), { onCall: failAt(point) })
      const begun = await storage.resumable.begin(KEY, { contentType: 'text/plain', maxBytes: 10 })
      const offsets: number[] = []
      const append = async (): Promise<void> => {
        for await (const { offset } of storage.resumable.append(KEY, begun, Readable.from(['x']))) offsets.push(offset)
      }
      await expect(append()).rejects.toThrow(point)
      expect(offsets).toEqual(point === 'resumable.append:before' ? [] : [1])
    }
  })

  test('fails a call before the storage has seen it', async () => {
    const good = memoryStorage()
    const storage = faultyStorage(good, { onCall: failAt('put:before') })
    const body = Readable.from(['x'])
    await expect(storage.put(KEY, body, { contentType: 'text/plain' })).rejects.toThrow('put:before')
    expect(body.destroyed).toBe(true)
    expect(await good.head(KEY)).toBeUndefined()
  })

  test('fails a call that the storage has done', async () => {
    const good = memoryStorage()
    const storage = faultyStorage(good, { onCall: failAt('put:after') })
    await expect(putText(storage)).rejects.toThrow('put:after')
    expect(await good.head(KEY)).toMatchObject({ byteSize: 1 })
  })

  test('fails every nth call, the same ones in every run', async () => {
    const storage = faultyStorage(memoryStorage(), {
      failOneIn: { calls: 3, error: () => new RindleError('storage_unavailable', 'Planned.') },
    })
    const outcomes = []
    for (let count = 0; count < 7; count++) {
      outcomes.push(
        await storage.head(KEY).then(
          () => 'done',
          (error: RindleError) => error.code,
        ),
      )
    }
    expect(outcomes).toEqual(['done', 'done', 'storage_unavailable', 'done', 'done', 'storage_unavailable', 'done'])
  })

  test('is slow when it is asked to be, and a body that fails meanwhile rejects the put', async () => {
    const storage = faultyStorage(memoryStorage(), { delayMs: 20 })
    const startedAt = performance.now()
    const body = new Readable({ read() {} })
    const put = storage.put(KEY, body, { contentType: 'text/plain' })
    body.destroy(new Error('The client went away.'))
    await expect(put).rejects.toThrow('The client went away.')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19)
  })
})

function putText(storage: ReturnType<typeof faultyStorage>): Promise<unknown> {
  return storage.put(KEY, Readable.from(['x']), { contentType: 'text/plain' })
}

function failAt(wanted: FaultPoint): (point: FaultPoint) => void {
  return (point) => {
    if (point === wanted) throw new Error(point)
  }
}
