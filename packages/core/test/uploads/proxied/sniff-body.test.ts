import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_HEAD_BYTES } from '../../../src/kernel/sniffing/sniff.ts'
import { sniffBody } from '../../../src/uploads/proxied/sniff-body.ts'
import { sniffBytes } from '../../kernel/sniffing/sniff-bytes.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'

/** A body that arrives in pieces of these sizes, in rotation. */
function inPieces(bytes: Buffer, sizes: readonly number[]): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0, index = 0; at < bytes.byteLength; index += 1) {
        const size = sizes[index % sizes.length] ?? 1
        yield bytes.subarray(at, at + size)
        at += size
      }
    })(),
  )
}

describe('the beginning of a body', () => {
  it.each([
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0'.padEnd(300_000, ' '), 'latin1')],
    ['a small file', Buffer.from(SVG)],
    ['an SVG after a long comment', Buffer.from(`<!-- ${'a'.repeat(200_000)} -->${SVG}`)],
    [
      'a FLAC after a long tag',
      Buffer.concat([
        Buffer.from('ID3\x04\0\0\0\x10\0\0', 'latin1'),
        Buffer.alloc(262_144),
        Buffer.from('fLaC'.padEnd(500_000)),
      ]),
    ],
    ['nothing', Buffer.alloc(0)],
  ])('tells the type of %s, in pieces of any size, and leaves the rest', async (_what, bytes) => {
    const type = await sniffBytes(bytes)
    const sizes = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, async (drawn) => {
        // Every chunk costs a turn: a file in single bytes would take long.
        const body = inPieces(bytes, [...drawn, 50_000])
        const { head, sniffedType } = await sniffBody(body)
        expect(sniffedType).toBe(type)
        expect(Buffer.concat([head, await buffer(body)]).equals(bytes)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('is not read past its limit, for any length of a tag', async () => {
    const tag = Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1')
    let sent = 0
    const endless = Readable.from(
      (function* () {
        yield tag
        for (;;) {
          sent += 1024
          yield Buffer.alloc(1024)
        }
      })(),
      { highWaterMark: 1 },
    )
    const { head, sniffedType } = await sniffBody(endless)
    endless.destroy()
    expect(sniffedType).toBe('audio/x-id3')
    expect(head.byteLength).toBeLessThan(MAX_HEAD_BYTES + 1024)
    expect(sent).toBeLessThan(MAX_HEAD_BYTES + 10 * 1024)
  })

  it('fails when the body fails', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('GIF89a')
        throw new Error('The line broke.')
      })(),
    )
    await expect(sniffBody(failing)).rejects.toThrow('The line broke.')
  })
})
