import type { ChosenOrder, UploadProgress } from '@rindle/client'
import { describe, expect, it, vi } from 'vitest'
import { createUploadList, type SendFile } from '../src/upload-list.ts'

interface Sent {
  readonly file: File
  readonly signal: AbortSignal
  readonly onProgress: (progress: UploadProgress<string>) => void
  readonly order: ChosenOrder
  readonly resolve: (asset: string) => void
  readonly reject: (error: unknown) => void
}

/** Uploads that end when the test says so. */
function uploads(): { sent: Sent[]; send: SendFile<string> } {
  const sent: Sent[] = []
  const send: SendFile<string> = (file, { signal, onProgress, order }) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    sent.push({ file, signal, onProgress, order, resolve, reject })
    return promise
  }
  return { sent, send }
}

const file = (name: string): File => new File(['0123456789'], name)
const half = { phase: 'uploading', loadedBytes: 5, totalBytes: 10 } as const

describe('a list of uploads', () => {
  it('shows each as it becomes, and is the same array until something changes', async () => {
    const list = createUploadList<string>()
    const { sent, send } = uploads()
    const heard = vi.fn<() => void>()
    list.subscribe(heard)
    const done = list.add(file('a'), send)
    expect(list.items()).toBe(list.items())
    expect(list.items()).toMatchObject([{ state: 'negotiating', progress: { totalBytes: 10, percent: 0 } }])
    sent[0]?.onProgress(half)
    expect(list.items()).toMatchObject([{ state: 'uploading', progress: { loadedBytes: 5, percent: 50 } }])
    sent[0]?.resolve('asset')
    await expect(done).resolves.toBe('asset')
    expect(list.items()).toMatchObject([{ state: 'done', asset: 'asset' }])
    expect(heard.mock.calls.length).toBeGreaterThan(2)
  })

  it('a failure is a state, never a rejection; a retry starts over', async () => {
    const list = createUploadList<string>()
    const { sent, send } = uploads()
    const failed = list.add(file('a'), send)
    sent[0]?.reject(new Error('no line'))
    await expect(failed).resolves.toBeUndefined()
    expect(list.items()).toMatchObject([{ state: 'failed', error: new Error('no line') }])
    const again = list.retry(1)
    expect(list.items()).toMatchObject([{ state: 'negotiating', error: undefined }])
    sent[1]?.resolve('asset')
    await expect(again).resolves.toBe('asset')
    await expect(list.retry(1)).resolves.toBeUndefined()
    expect(sent).toHaveLength(2)
  })

  it('a file keeps its place in the order in which they were chosen, also when it is sent again', async () => {
    const list = createUploadList<string>()
    const { sent, send } = uploads()
    void list.add(file('a'), send)
    void list.add(file('b'), send)
    sent[0]?.reject(new Error('no line'))
    await expect.poll(() => list.items()[0]?.state).toBe('failed')
    void list.retry(1)
    expect(sent.map(({ order }) => order.index)).toEqual([1, 2, 1])
    expect(new Set(sent.map(({ order }) => order.batch)).size).toBe(1)
  })

  it('a cancelled attempt reports nothing any more, even after a retry', async () => {
    const list = createUploadList<string>()
    const { sent, send } = uploads()
    void list.add(file('a'), send)
    list.cancel(1)
    expect(sent[0]?.signal.aborted).toBe(true)
    expect(list.items()).toMatchObject([{ state: 'cancelled' }])
    void list.retry(1)
    sent[0]?.onProgress(half)
    sent[0]?.reject(new Error('cancelled'))
    await Promise.resolve()
    expect(list.items()).toMatchObject([{ state: 'negotiating', error: undefined }])
  })

  it('removing cancels, and leaves the others', () => {
    const list = createUploadList<string>()
    const { sent, send } = uploads()
    for (const name of ['a', 'b']) void list.add(file(name), send)
    list.remove(1)
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(list.items().map((item) => item.file.name)).toEqual(['b'])
    list.cancelAll()
    expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, true])
  })
})
