import type { SourceFile } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { errorOf, outputOf } from '@rindle/testing'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { RED, TILE } from './coded-pictures.ts'
import { type DecoderSeen, decoders } from './decoder-processes.ts'
import { codedItem, gridFile, heifFile } from './heif-file.ts'
import { outcomesOf, processorWith, sourceFile } from './workbench.ts'

const MEBIBYTE = 1024 ** 2
const THUMB = image.fit(400, null, { format: 'webp' })

// 48 megapixels in 192 tiles, as phones store them.
let large: SourceFile
beforeEach(async () => {
  large = await sourceFile(gridFile(TILE, 8064, 6048))
})

const isLinux = process.platform === 'linux'
if (!isLinux) console.warn('Skipped: the memory of a decoder process is seen on Linux only.')

/** The process that makes variants, beside the one that reads headers. */
async function largest(): Promise<DecoderSeen> {
  const [first] = (await decoders()).toSorted((one, other) => other.peakBytes - one.peakBytes)
  if (first === undefined) throw new Error('There is no decoder process.')
  return first
}

describe.skipIf(!isLinux)('a picture of 48 megapixels in tiles', () => {
  test('is made in a bounded memory, which is given back', async () => {
    const processor = processorWith({ concurrency: 1 })
    outputOf((await outcomesOf(large, { only: THUMB }, processor)).get('only'))
    const { pid, peakBytes } = await largest()
    // 12 bytes a pixel, which a worker counts for it, and the process itself.
    expect(peakBytes).toBeLessThan(48.8e6 * 12 + 150 * MEBIBYTE)
    // The process itself, and what its allocator keeps for the next picture.
    await vi.waitFor(async () => {
      const now = (await decoders()).find((each) => each.pid === pid)
      expect(now?.residentBytes).toBeLessThan(350 * MEBIBYTE)
    })
  })

  test('ends its process above `maxMemoryBytes` while the decoder blocks, and the next one is made', async () => {
    const processor = processorWith({ concurrency: 1, maxMemoryBytes: 256 * MEBIBYTE })
    const error = errorOf((await outcomesOf(large, { only: THUMB }, processor)).get('only'))
    expect(error).toMatchObject({
      code: 'processing_failed',
      retryable: true,
      message: expect.stringContaining('`maxMemoryBytes`'),
    })
    const small = await sourceFile(heifFile({ items: [codedItem(RED)] }))
    outputOf((await outcomesOf(small, { only: THUMB }, processor)).get('only'))
  })

  test('is no more decoded within a second of an abort', async () => {
    const processor = processorWith({ concurrency: 1 })
    const controller = new AbortController()
    const working = outcomesOf(large, { only: THUMB }, processor, { signal: controller.signal })
    const { pid } = await vi.waitFor(
      async () => {
        const worker = await largest()
        // The tiles are being decoded: neither the program nor the header takes as much.
        if (worker.peakBytes < 220 * MEBIBYTE) throw new Error('It has not begun yet.')
        return worker
      },
      { timeout: 30_000, interval: 10 },
    )
    const abortedAt = performance.now()
    controller.abort(new Error('enough'))
    await expect(working).rejects.toMatchObject({ code: 'variant_processing_cancelled' })
    await vi.waitFor(async () => expect((await decoders()).some((each) => each.pid === pid)).toBe(false), {
      interval: 10,
    })
    expect(performance.now() - abortedAt).toBeLessThan(1_000)
  })
})
