import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, RECIPE_FORMAT_VERSION, recipeDigest } from '../../src/domain/digest.ts'
import type { Json } from '../../src/domain/errors.ts'

const json = fc.jsonValue() as fc.Arbitrary<Json>

describe('canonicalJson', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
      }),
    )
  })

  it('keeps the order of arrays, and writes no spaces', () => {
    expect(canonicalJson({ b: [2, 1, { z: null, a: 'ä"\n' }], a: true })).toBe(
      '{"a":true,"b":[2,1,{"a":"ä\\"\\n","z":null}]}',
    )
  })

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('refuses %s at any depth', (_, value) => {
    for (const holder of [value, [value], { key: value }, { deep: [{ key: value }] }]) {
      expect(() => canonicalJson(holder as Json)).toThrow('cannot be written as canonical JSON')
    }
  })
})

describe('recipeDigest', () => {
  it('is the SHA-256 of version and form', () => {
    const text = '{"recipe":{"kind":"test/plain","size":1},"v":1}'
    expect(RECIPE_FORMAT_VERSION).toBe(1)
    expect(recipeDigest({ size: 1, kind: 'test/plain' })).toBe(createHash('sha256').update(text).digest('hex'))
  })
})

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, entry]) => [key, reversed(entry)]),
  )
}
