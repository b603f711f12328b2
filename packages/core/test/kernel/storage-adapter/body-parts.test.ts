import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodyPart, type CutOptions, cutBody } from '../../../src/kernel/storage-adapter/body-parts.ts'

describe('a body that is cut', () => {
  test('gives parts of the size, a last one that is not larger, and all the bytes', async () => {
    const anyChunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(anyChunks, fc.integer({ min: 1, max: 300 }), async (chunks, partBytes) => {
        const whole = Buffer.concat(chunks)
        const parts = await partsOf(chunks, { partBytes, byteSize: whole.byteLength, checksumSha256: sha256(whole) })
        expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(whole)).toBe(true)
        expect(parts.map(({ partNumber }) => partNumber)).toEqual(parts.map((_, index) => index + 1))
        expect(parts.at(-1)).toMatchObject({ isLast: true, endByte: whole.byteLength })
        for (const { bytes, isLast } of parts.slice(0, -1)) {
          expect({ byteSize: bytes.byteLength, isLast }).toEqual({ byteSize: partBytes, isLast: false })
        }
        expect(parts.length).toBe(Math.max(1, Math.ceil(whole.byteLength / partBytes)))
      }),
    )
  })

  test('keeps its parts when the source uses its memory again', async () => {
    const memory = Buffer.alloc(10)
    function* chunks(): Generator<Buffer> {
      for (let fill = 1; fill <= 3; fill++) yield memory.fill(fill)
    }
    const parts = await partsOf(chunks(), { partBytes: 15 })
    expect(parts.map(({ bytes }) => [...bytes])).toEqual([
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
      [2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3],
    ])
  })

  test('keeps copies, and frees the memory of disposable chunks', async () => {
    const chunks = () => [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)]
    const shared = chunks()
    await partsOf(shared, { partBytes: 30 })
    expect(shared).toEqual(chunks())
    const handedOver = chunks()
    const parts = await partsOf(handedOver, { partBytes: 30, disposeChunks: true })
    expect(parts.map(({ bytes }) => bytes.byteLength)).toEqual([30, 10])
    expect(handedOver.map(({ byteLength }) => byteLength)).toEqual([0, 0])
  })

  test('takes text as UTF-8', async () => {
    const [part] = await partsOf(['été ', '🏖️'], { partBytes: 100 })
    expect(part?.bytes.toString()).toBe('été 🏖️')
  })

  test.each([
    ['longer', { byteSize: 9 }],
    ['shorter', { byteSize: 11 }],
    ['of another SHA-256', { checksumSha256: '0'.repeat(64) }],
  ])('gives no last part when it is %s than declared', async (_how, declared) => {
    const parts = cutBody(Readable.from([Buffer.alloc(10)]), { key: 'a.txt', partBytes: 4, ...declared })
    const seen: BodyPart[] = []
    const reading = (async () => {
      for await (const part of parts) seen.push(part)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'checksum_mismatch', details: { key: 'a.txt' } })
    expect(seen.some(({ isLast }) => isLast)).toBe(false)
  })

  test('is read no further than the parts that are asked for', async () => {
    let readChunks = 0
    function* chunks(): Generator<Buffer> {
      for (; readChunks < 1000; readChunks++) yield Buffer.alloc(10)
    }
    const body = Readable.from(chunks(), { objectMode: false, highWaterMark: 10 })
    const parts = cutBody(body, { key: 'a.txt', partBytes: 100 })
    await parts.next()
    expect(readChunks).toBeLessThan(20)
    body.destroy()
  })
})

async function partsOf(
  chunks: Iterable<string | Uint8Array>,
  options: Omit<CutOptions, 'key'>,
): Promise<readonly BodyPart[]> {
  const parts: BodyPart[] = []
  for await (const part of cutBody(Readable.from(chunks), { key: 'a.txt', ...options })) parts.push(part)
  return parts
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
