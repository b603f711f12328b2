import { defineProfile } from '@rindle/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GateInput, judge } from '../src/promotion/gate.ts'
import { sniff } from '../src/promotion/sniff.ts'

const accept = (types: readonly string[], extensions?: readonly string[]) =>
  defineProfile({
    storage: 'main',
    accept: { types, maxBytes: 1_000, ...(extensions === undefined ? {} : { extensions }) },
  }).accept
const input = (changes: Partial<GateInput> = {}): GateInput => ({
  sniffedType: 'image/jpeg',
  declaredType: null,
  filename: 'photo.jpg',
  byteSize: 500,
  ...changes,
})
const images = accept(['image/*'])

describe('the gate', () => {
  it('accepts bytes that are what they claim', () => {
    expect(judge(input(), images)).toEqual({ accepted: true, contentType: 'image/jpeg' })
    expect(judge(input({ declaredType: 'image/jpeg; q=1', filename: 'photo.JPEG' }), images).accepted).toBe(true)
  })

  it.each<[string, Partial<GateInput>, string]>([
    ['nothing', { byteSize: 0 }, 'empty_file'],
    ['too much', { byteSize: 1_001 }, 'max_bytes_exceeded'],
    ['bytes of no known form', { sniffedType: undefined }, 'unknown_type'],
    ['a type that is not listed', { sniffedType: 'application/pdf', filename: 'a.pdf' }, 'mime_not_allowed'],
    ['a name of another type', { filename: 'photo.png' }, 'extension_mime_mismatch'],
    ['a script by its name', { filename: 'photo.php' }, 'extension_mime_mismatch'],
    ['a declaration of another type', { declaredType: 'image/png' }, 'declared_mime_mismatch'],
  ])('refuses %s', (_what, changes, reason) => {
    expect(judge(input(changes), images)).toMatchObject({ accepted: false, reason })
  })

  it('takes no word of a client that knows nothing', () => {
    expect(judge(input({ declaredType: 'application/octet-stream', filename: 'file' }), images).accepted).toBe(true)
  })

  it('includes active content in no wildcard, only by name', () => {
    const svg = input({ sniffedType: 'image/svg+xml', filename: 'a.svg' })
    expect(judge(svg, images)).toMatchObject({ reason: 'mime_not_allowed' })
    expect(judge(svg, accept(['image/svg+xml'])).accepted).toBe(true)
  })

  it('narrows extensions when told to', () => {
    expect(judge(input(), accept(['image/*'], ['.png']))).toMatchObject({ reason: 'extension_not_allowed' })
  })

  it('never accepts a type that the list does not name, whatever the client says', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string()), (filename, declaredType) => {
        const verdict = judge(input({ sniffedType: 'text/html', filename, declaredType }), images)
        expect(verdict.accepted).toBe(false)
      }),
    )
  })
})

describe('sniffing', () => {
  it.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'image/svg+xml'],
    ['an SVG behind a prolog', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['a GIF', 'GIF89a\x01\x00\x01\x00', 'image/gif'],
    ['a PDF', '%PDF-1.7\n', 'application/pdf'],
    ['a web page', '<!doctype html><p>hello</p>', undefined],
    ['text', 'hello', undefined],
    ['nothing', '', undefined],
  ])('knows %s by its bytes', async (_what, bytes, type) => {
    expect(await sniff(Buffer.from(bytes, 'latin1'))).toBe(type)
  })

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4_100 }), async (bytes) => {
        const type = await sniff(bytes)
        expect(type === undefined || type.includes('/')).toBe(true)
      }),
    )
  })
})

it('takes an animated PNG for a PNG', () => {
  const animated = input({ sniffedType: 'image/apng', declaredType: 'image/png', filename: 'ball.png' })
  expect(judge(animated, accept(['image/png']))).toEqual({ accepted: true, contentType: 'image/apng' })
})
