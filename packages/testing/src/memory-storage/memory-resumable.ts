import type { Readable } from 'node:stream'
import { RindleError } from '@rindle/core'
import { companionKey, type ResumableState, type ResumableStorage } from '@rindle/core/adapter'
import { collectBody, type MemoryObjects } from './memory-objects.ts'

const PARTIAL_TYPE = 'application/octet-stream'

/** Resumable uploads in memory: the bytes so far are an object beside the key. */
export function memoryResumable(objects: MemoryObjects): ResumableStorage {
  const keptBytes = (key: string, { offset }: ResumableState): Buffer<ArrayBuffer> => {
    const bytes = objects.find(partialKey(key))?.bytes ?? Buffer.alloc(0)
    if (bytes.byteLength >= offset) return bytes.subarray(0, offset)
    throw new RindleError('storage_object_missing', `Memory storage holds no ${offset} bytes of "${key}".`, {
      details: { key },
    })
  }
  return {
    async begin(key, { contentType, signal }) {
      signal?.throwIfAborted()
      partialKey(key)
      return { offset: 0, uploadId: null, notes: { contentType } }
    },
    async *append(key, state, body, options = {}) {
      const bytes = await collect(key, body, options.signal)
      const all = Buffer.concat([keptBytes(key, state), bytes])
      objects.write(partialKey(key), all, PARTIAL_TYPE)
      yield { ...state, offset: all.byteLength }
    },
    async finish(key, state, { signal } = {}) {
      signal?.throwIfAborted()
      const done = objects.find(key)?.stored
      if (done !== undefined && objects.find(partialKey(key)) === undefined) return done
      const { contentType } = state.notes as { readonly contentType: string }
      const stored = objects.write(key, Buffer.from(keptBytes(key, state)), contentType)
      objects.remove(partialKey(key))
      return stored
    },
    async abort(key, _state, { signal } = {}) {
      signal?.throwIfAborted()
      objects.remove(partialKey(key))
    },
  }
}

async function collect(key: string, body: Readable, signal: AbortSignal | undefined): Promise<Buffer<ArrayBuffer>> {
  body.on('error', () => {})
  try {
    return await collectBody(key, body, { contentType: PARTIAL_TYPE, ...(signal === undefined ? {} : { signal }) })
  } finally {
    body.destroy()
  }
}

function partialKey(key: string): string {
  return companionKey(key, 'partial')
}
