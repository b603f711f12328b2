import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { StorageContractCase } from './contract-case.ts'

const KEY = 'album/film.txt'
const CHUNK_BYTES = 64 * 1024
const BODY_BYTES = 64 * 1024 * 1024
// Room for the parts that an S3 client holds, and far less than the whole.
const MAX_HELD_BYTES = 32 * 1024 * 1024

/** Bounded memory, measured at every chunk as the buffers that are still alive after a garbage collection. */
export const memoryCases: readonly StorageContractCase[] = [
  {
    name: 'writes and reads 64 MiB without holding them in memory',
    run: async ({ adapter }) => {
      const watch = memoryWatch()
      await adapter.put(KEY, largeBody(watch), { contentType: 'text/plain' })
      const { body } = await adapter.get(KEY)
      let readBytes = 0
      for await (const chunk of body) {
        readBytes += (chunk as Buffer).byteLength
        watch(readBytes, 'reading')
      }
      assert.equal(readBytes, BODY_BYTES)
    },
  },
]

type MemoryWatch = (doneBytes: number, doing: string) => void

function largeBody(watch: MemoryWatch): Readable {
  function* chunks(): Generator<Buffer> {
    for (let sentBytes = CHUNK_BYTES; sentBytes <= BODY_BYTES; sentBytes += CHUNK_BYTES) {
      watch(sentBytes, 'writing')
      yield Buffer.alloc(CHUNK_BYTES)
    }
  }
  return Readable.from(chunks(), { objectMode: false })
}

function memoryWatch(): MemoryWatch {
  const gc = garbageCollector()
  const held = (): number => process.memoryUsage().arrayBuffers - baseline
  collectAll(gc)
  const baseline = process.memoryUsage().arrayBuffers
  return (doneBytes, doing) => {
    // A whole collection takes long in a large process: few bytes with the garbage are few without, and most of it is
    // young.
    if (held() < MAX_HELD_BYTES) return
    gc({ type: 'minor' })
    if (held() < MAX_HELD_BYTES) return
    collectAll(gc)
    assert.ok(held() < MAX_HELD_BYTES, `${held()} bytes are held in memory while ${doing}, after ${doneBytes}`)
  }
}

type GarbageCollector = (options?: { readonly type: 'minor' }) => void

function garbageCollector(): GarbageCollector {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as GarbageCollector
}

function collectAll(gc: GarbageCollector): void {
  // The first collection finds the dead objects; their bytes are free only once the second has begun.
  gc()
  gc()
}
