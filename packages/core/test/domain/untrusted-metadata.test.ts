import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/domain/errors.ts'
import { cleanMetadata, METADATA_LIMITS } from '../../src/domain/untrusted-metadata.ts'

describe('cleanMetadata', () => {
  it('keeps plain JSON unchanged', () => {
    const metadata = { title: 'Ünï 👍', iso: 100, hdr: false, lens: null, tags: ['a', 'b'], gps: { deep: [1.5, -2] } }
    expect(cleanMetadata(metadata)).toEqual(metadata)
  })

  it('keeps objects without a prototype, as parsers make them', () => {
    const bare: unknown = Object.assign(Object.create(null), { a: Object.assign(Object.create(null), { b: 1 }) })
    expect(cleanMetadata(bare)).toEqual({ a: { b: 1 } })
  })

  it.each([undefined, null, 1, 'text', true, ['a'], new Date(0), new Map([['a', 1]]), () => 1])(
    'gives an empty object for %s',
    (value) => {
      expect(cleanMetadata(value)).toEqual({})
    },
  )

  it('removes control characters and lone surrogates from values and keys', () => {
    expect(cleanMetadata({ 'a\0b': 'x\0y\u001B[31mz\u0085', 'c\uD800': 'd\uDC00\uD83D', ok: '👍' })).toEqual({
      ab: 'xy[31mz',
      c: 'd',
      ok: '👍',
    })
  })

  it('cuts strings at 1,024 bytes, between code points', () => {
    const cleaned = cleanMetadata({ ascii: 'a'.repeat(5_000), two: 'é'.repeat(5_000), four: `a${'👍'.repeat(5_000)}` })
    expect(cleaned['ascii']).toBe('a'.repeat(1_024))
    expect(cleaned['two']).toBe('é'.repeat(512))
    expect(cleaned['four']).toBe(`a${'👍'.repeat(255)}`)
  })

  it('drops values that JSON cannot hold, in objects and in arrays', () => {
    const dropped = [
      undefined,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      1n,
      Symbol('x'),
      () => 1,
      new Date(0),
      Buffer.from('x'),
    ]
    expect(cleanMetadata({ ...Object.fromEntries(dropped.entries()), list: ['a', ...dropped, 'b'] })).toEqual({
      list: ['a', 'b'],
    })
  })

  it('drops a key that would set a prototype, and keys that are empty or come twice once cleaned', () => {
    const parsed: unknown = JSON.parse(
      '{"__proto__":{"polluted":true},"\\u0000":1,"a\\u0000":2,"a":3,"__pro\\u0000to__":4}',
    )
    const cleaned = cleanMetadata(parsed)
    expect(cleaned).toEqual({ a: 2 })
    expect(Object.keys(cleaned)).toEqual(['a'])
    expect(Object.getPrototypeOf(cleaned)).toBe(Object.prototype)
  })

  it('drops values that are nested too deeply', () => {
    const depth = (levels: number): unknown => (levels === 0 ? {} : { in: depth(levels - 1) })
    expect(nesting(cleanMetadata(depth(METADATA_LIMITS.maxDepth - 1)))).toBe(METADATA_LIMITS.maxDepth)
    expect(nesting(cleanMetadata(depth(5_000)))).toBe(METADATA_LIMITS.maxDepth)
  })

  it('copes with circular data', () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = loop
    loop['list'] = [loop, loop]
    expect(nesting(cleanMetadata(loop))).toBe(METADATA_LIMITS.maxDepth)
  })

  it('keeps the first of too many values', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]))
    const cleaned = cleanMetadata(many)
    expect(Object.keys(cleaned)).toHaveLength(METADATA_LIMITS.maxValues)
    expect(cleaned['k0']).toBe(0)
    expect(cleanMetadata({ list: Array.from({ length: 100_000 }, () => undefined), after: 1 })).toEqual({ list: [] })
  })

  it('keeps within the total size, escapes included', () => {
    const quotes = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, '"'.repeat(2_000)]))
    const size = Buffer.byteLength(JSON.stringify(cleanMetadata(quotes)))
    expect(size).toBeLessThanOrEqual(METADATA_LIMITS.maxTotalBytes)
    expect(size).toBeGreaterThan(METADATA_LIMITS.maxTotalBytes - 3_000)
  })

  it('counts the braces and commas in the total size', () => {
    // Each entry takes 1,024 bytes, comma included, so 64 of them fill the total without their braces.
    const full = Array.from({ length: 64 }, (_, index) => [`k${index + 100}`, 'x'.repeat(1_014)])
    expect(Object.keys(cleanMetadata(Object.fromEntries(full)))).toHaveLength(63)
  })

  it('keeps every limit for any value, survives JSON, and changes nothing when applied again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        '\0',
        'x'.repeat(3_000),
        '👍'.repeat(900),
        '"'.repeat(900),
      ),
    )
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 9 },
        text,
        fc.double(),
        fc.constantFrom<unknown>(null, true, undefined, 1n, -0),
        fc.array(tie('node'), { maxLength: 12 }),
        fc.dictionary(text, tie('node'), { maxKeys: 12 }),
      ),
    })).node
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true }), fc.dictionary(text, tree)), (value) => {
        const cleaned = cleanMetadata(value)
        const written = JSON.stringify(cleaned)
        expect(Buffer.byteLength(written)).toBeLessThanOrEqual(METADATA_LIMITS.maxTotalBytes)
        expect(JSON.stringify(JSON.parse(written))).toBe(written)
        expect(JSON.stringify(cleanMetadata(cleaned))).toBe(written)
        expect(nesting(cleaned)).toBeLessThanOrEqual(METADATA_LIMITS.maxDepth)
        for (const string of stringsOf(cleaned)) {
          expect(Buffer.byteLength(string)).toBeLessThanOrEqual(METADATA_LIMITS.maxStringBytes)
          expect(string).not.toMatch(/[\p{Cc}\p{Surrogate}]/u)
        }
      }),
      { numRuns: 200 },
    )
  })
})

function isContainer(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null
}

function nesting(value: Json): number {
  return isContainer(value) ? 1 + Math.max(0, ...Object.values<Json>(value).map(nesting)) : 0
}

function stringsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (!isContainer(value)) return []
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  return [...keys, ...Object.values<Json>(value).flatMap(stringsOf)]
}
