import { companionKey, companionOwner, companionPrefix } from '@rindle/core/adapter'
import { describe, expect, it } from 'vitest'

describe('a companion key', () => {
  it.each([
    ['staging/film/0198/ab12.mp4', 'partial', 'staging/film/0198/ab12--partial.mp4'],
    ['staging/film/0198/ab12', 'tail-77', 'staging/film/0198/ab12--tail-77'],
  ])('of %s named %s is %s, and leads back to its owner', (key, name, companion) => {
    expect(companionKey(key, name)).toBe(companion)
    expect(companionOwner(companion)).toBe(key)
    expect(companion.startsWith(companionPrefix(key, name.slice(0, 4)))).toBe(true)
  })

  it.each(['staging/film/0198/ab12.mp4', 'film/0198/original-ab12.mp4', 'a--b/c.mp4', '--c.mp4', ''])(
    '%s has no owner',
    (key) => {
      expect(companionOwner(key)).toBeNull()
    },
  )

  it('refuses a name that leads elsewhere', () => {
    expect(() => companionKey('a/b.mp4', '../c')).toThrow('companion name')
    expect(() => companionKey('../b.mp4', 'partial')).toThrow('malformed')
  })
})
