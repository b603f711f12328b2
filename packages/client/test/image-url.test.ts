import { imageUrl, rindleImageLoader } from '@rindle/client'
import { describe, expect, it } from 'vitest'

const url = '/rindle/images/token'

describe('the URL of an image of a family', () => {
  it.each([
    ['a width', { width: 640 }, 'w=640'],
    ['a width and a format', { width: 640, format: 'avif' }, 'w=640&format=avif'],
    ['a measured width, which is rounded up', { width: 319.2 }, 'w=320'],
    ['no width yet, as of an element without layout', { width: 0 }, 'w=1'],
    ['a format that needs escaping', { width: 1, format: 'a&b' }, 'w=1&format=a%26b'],
  ])('names %s', (_name, options, query) => {
    expect(imageUrl(url, options)).toBe(`${url}?${query}`)
    expect(imageUrl({ url }, options)).toBe(`${url}?${query}`)
  })

  it('keeps a query that the family has', () => {
    expect(imageUrl('https://cdn.example/images/token?v=2', { width: 320 })).toBe(
      'https://cdn.example/images/token?v=2&w=320',
    )
  })

  it('does not exist without the URL of the family', () => {
    expect(imageUrl({ url: null }, { width: 320 })).toBeNull()
    expect(imageUrl(null, { width: 320 })).toBeNull()
  })

  it('comes from the loader for next/image too, whatever quality that asks for', () => {
    expect(rindleImageLoader({ src: url, width: 3840, quality: 75 })).toBe(`${url}?w=3840`)
  })
})
