import { describe, expect, it } from 'vitest'
import { readImageQuery, typeOfFormat } from '../../../src/delivery/images/image-query.ts'

describe('the query of an image', () => {
  it('has a width, and perhaps a format', () => {
    expect(readImageQuery(new URLSearchParams('w=640'))).toEqual({ width: 640 })
    expect(readImageQuery(new URLSearchParams('format=avif&w=3840'))).toEqual({ width: 3840, format: 'avif' })
  })

  it.each([
    '',
    'w=',
    'w=0',
    'w=-1',
    'w=064',
    'w=1.5',
    'w=1e3',
    'w=0x10',
    'w=+5',
    'w= 5',
    'w=640px',
    'w=1000000',
    'w=9999999999999999999999',
    'w=640&w=320',
    'w=640&format=avif&format=webp',
    'w=640&q=75',
    'w=640&W=640',
    'width=640',
    'w=640&__proto__=1',
  ])('is refused: %s', (query) => {
    expect(() => readImageQuery(new URLSearchParams(query))).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('names a format of the family', () => {
    const types = ['image/avif', 'image/jpeg']
    expect(typeOfFormat(types, 'jpeg')).toBe('image/jpeg')
    for (const format of ['', 'jpg', 'image/jpeg', 'webp', 'JPEG']) {
      expect(() => typeOfFormat(types, format)).toThrow('This family has no such format. Ask for avif, jpeg, or omit')
    }
  })
})
