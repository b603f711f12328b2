import { expect, it } from 'vitest'
import { BoundedMap } from '../../src/kernel/bounded-map.ts'

const filled = (...keys: readonly string[]): BoundedMap<string, string> => {
  const map = new BoundedMap<string, string>(3)
  for (const key of keys) map.set(key, key.toUpperCase())
  return map
}
const kept = (map: BoundedMap<string, string>) => ['a', 'b', 'c', 'd'].filter((key) => map.get(key) !== undefined)

it('keeps what it is given, up to its bound', () => {
  expect(filled('a', 'b', 'c').get('b')).toBe('B')
  expect(filled('a').get('b')).toBeUndefined()
})

it('loses the entry that was set longest ago when another one comes', () => {
  expect(kept(filled('a', 'b', 'c', 'd'))).toEqual(['b', 'c', 'd'])
  expect(kept(filled('a', 'b', 'c', 'a', 'd'))).toEqual(['a', 'c', 'd'])
})

it('loses nothing when an entry is set again', () => {
  expect(kept(filled('a', 'b', 'c', 'c', 'a', 'b'))).toEqual(['a', 'b', 'c'])
})

it('has room again after a deletion', () => {
  const map = filled('a', 'b', 'c')
  map.delete('b')
  map.set('d', 'D')
  expect(kept(map)).toEqual(['a', 'c', 'd'])
})
