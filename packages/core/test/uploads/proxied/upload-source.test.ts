import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openSource } from '../../../src/uploads/proxied/upload-source.ts'

const bytesOf = async (source: Parameters<typeof openSource>[0]): Promise<Buffer> =>
  buffer((await openSource(source)).body)

describe('a source of text', () => {
  it.each([
    ['data:text/plain;base64,aGVsbG8=', 'hello', 'text/plain'],
    ['data:;base64,aGVsbG8', 'hello', undefined],
    ['DATA:image/png;charset=x;BASE64,aGVsbG8%3D', 'hello', 'image/png'],
    ['data:image/png;base64,aGVs\nbG8=#fragment', 'hello', 'image/png'],
    ['data:,a%20b%FF', 'a b\u00ff', undefined],
    ['data:text/plain,100%', '100%', 'text/plain'],
    ['data:text/plain,', '', 'text/plain'],
  ])('%s is the file in it', async (url, text, contentType) => {
    for (const source of [url, new URL(url)]) {
      const opened = await openSource(source)
      expect((await buffer(opened.body)).toString('latin1')).toBe(text)
      expect(opened.contentType).toBe(contentType)
    }
  })

  it('base64 is decoded in pieces, in either alphabet, with its name and type', async () => {
    const bytes = Buffer.from(Array.from({ length: 1_500_001 }, (_, index) => (index * 7) % 256))
    for (const encoding of ['base64', 'base64url'] as const) {
      const opened = await openSource({ base64: bytes.toString(encoding), filename: 'a.bin', contentType: 'x/y' })
      expect(opened).toMatchObject({ filename: 'a.bin', contentType: 'x/y' })
      expect((await buffer(opened.body)).equals(bytes)).toBe(true)
    }
    expect((await bytesOf({ base64: '' })).byteLength).toBe(0)
  })

  it.each([
    [{ base64: 'not base64!' }, /^The base64 is not valid/],
    [{ base64: 'aGVsb' }, /^The base64 is not valid/],
    ['data:image/png;base64,ä', /^The base64 of a data URL is not valid/],
    ['data:image/png', /^The data URL is not valid/],
    ['https://example.com/a.jpg', /Call uploadFrom\(\)/],
    [new URL('http://example.com/a.jpg'), /Call uploadFrom\(\)/],
    [{} as never, /must be a path, bytes, base64/],
  ])('%j is refused with a reason', async (source, message) => {
    await expect(openSource(source)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(message),
    })
  })
})
