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
  collectGarbage()
  const baseline = bufferBytes()
  return (doneBytes, doing) => {
    // A collection takes long in a large process: few bytes with the garbage are few without.
    if (bufferBytes() - baseline < MAX_HELD_BYTES) return
    collectGarbage()
    const held = bufferBytes() - baseline
    assert.ok(held < MAX_HELD_BYTES, `${held} bytes are held in memory while ${doing}, after ${doneBytes}`)
  }
}

function bufferBytes(): number {
  return process.memoryUsage().arrayBuffers
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  // The first collection finds the dead objects; their bytes are free only once the second has begun.
  gc()
  gc()
}
