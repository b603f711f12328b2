import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fileHashes, type HashWorker } from '../src/file-hashes.ts'
import type { HashMessage } from '../src/hash-message.ts'
import { sha256OfBlob } from '../src/sha256-of-blob.ts'

const NEVER = new AbortController().signal
const file = new Blob(['bytes'])
const sha256 = createHash('sha256').update('bytes').digest('hex')

/** A worker that does what the test says when it gets a file. */
class FakeWorker extends EventTarget {
  static made: FakeWorker[] = []
  isTerminated = false
  readonly #onFile: (worker: FakeWorker, file: Blob) => void

  constructor(onFile: (worker: FakeWorker, file: Blob) => void) {
    super()
    this.#onFile = onFile
    FakeWorker.made.push(this)
  }
  postMessage(given: Blob): void {
    this.#onFile(this, given)
  }
  say(data: HashMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
  terminate(): void {
    this.isTerminated = true
  }
}

const hashesBy = (onFile: (worker: FakeWorker, file: Blob) => void) =>
  fileHashes(() => new FakeWorker(onFile) as unknown as HashWorker)

afterEach(() => {
  FakeWorker.made = []
  vi.useRealTimers()
})

describe('the SHA-256 of a file', () => {
  it.each([0, 1, 16 * 1024 * 1024 + 1])('of %i bytes is read in slices of bounded size', async (length) => {
    const bytes = Buffer.alloc(length, 'a film')
    const seen: number[] = []
    const blob = new Blob([bytes])
    const slice = blob.slice.bind(blob)
    blob.slice = (start, end) => {
      const part = slice(start, end)
      seen.push(part.size)
      return part
    }
    const onSlice = vi.fn<() => void>()
    expect(await sha256OfBlob(blob, onSlice)).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(Math.max(0, ...seen)).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(onSlice).toHaveBeenCalledTimes(seen.length)
    expect(seen).toHaveLength(length > 1 ? 5 : 0)
  })
})

describe('a page', () => {
  it('has a worker hash each file, which then ends', async () => {
    const hashes = hashesBy((worker, given) => {
      void sha256OfBlob(given, () => worker.say({ type: 'slice' })).then((digest) =>
        worker.say({ type: 'done', sha256: digest }),
      )
    })
    expect(await hashes.of(file, NEVER)).toBe(sha256)
    expect(await hashes.of(file, NEVER)).toBe(sha256)
    expect(FakeWorker.made.map(({ isTerminated }) => isTerminated)).toEqual([true, true])
  })

  it.each<[string, () => ReturnType<typeof hashesBy>]>([
    ['ends with an error', () => hashesBy((worker) => void worker.dispatchEvent(new Event('error')))],
    [
      'cannot be made',
      () =>
        fileHashes(() => {
          // It counts as an attempt.
          void new FakeWorker(() => {})
          throw new DOMException('The policy of the page forbids it.', 'SecurityError')
        }),
    ],
  ])('does without if its worker %s, and does not try again', async (_how, make) => {
    const hashes = make()
    expect(await hashes.of(file, NEVER)).toBeUndefined()
    expect(await hashes.of(file, NEVER)).toBeUndefined()
    expect(FakeWorker.made).toHaveLength(1)
  })

  it('does without if its worker says nothing, but waits as long as it works', async () => {
    vi.useFakeTimers()
    const hashes = hashesBy(() => {})
    const answer = hashes.of(file, NEVER)
    await vi.advanceTimersByTimeAsync(29_000)
    FakeWorker.made[0]?.say({ type: 'slice' })
    await vi.advanceTimersByTimeAsync(29_000)
    expect(FakeWorker.made[0]?.isTerminated).toBe(false)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await answer).toBeUndefined()
    expect(FakeWorker.made[0]?.isTerminated).toBe(true)
  })

  it('sends a file that cannot be read without it, and tries the next one', async () => {
    const hashes = hashesBy((worker) => worker.say({ type: 'failed' }))
    expect(await hashes.of(file, NEVER)).toBeUndefined()
    expect(await hashes.of(file, NEVER)).toBeUndefined()
    expect(FakeWorker.made).toHaveLength(2)
  })

  it('ends the work of an upload that is cancelled', async () => {
    const cancelled = new AbortController()
    const hashes = hashesBy(() => cancelled.abort(new Error('not that one')))
    await expect(hashes.of(file, cancelled.signal)).rejects.toThrow('not that one')
    expect(FakeWorker.made[0]?.isTerminated).toBe(true)
    await expect(hashes.of(file, cancelled.signal)).rejects.toThrow('not that one')
    expect(FakeWorker.made).toHaveLength(1)
  })

  it('hashes nothing if the application wants none', async () => {
    expect(await fileHashes(null).of(file, NEVER)).toBeUndefined()
  })
})
