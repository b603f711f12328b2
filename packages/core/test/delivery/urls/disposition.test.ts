import { create } from 'content-disposition'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentDisposition } from '../../../src/delivery/urls/disposition.ts'

const plain = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '9', '_', '.', '-'), minLength: 1, maxLength: 40 })
const anything = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })

it('equals the result of the library for any name, with or without the short cut', () => {
  fc.assert(
    fc.property(fc.oneof(plain, anything), fc.constantFrom('inline', 'attachment'), (filename, type) => {
      expect(contentDisposition(filename, 'image/jpeg', type)).toBe(create(filename, { type }))
    }),
  )
})

it('names a file in ASCII, and in UTF-8 where ASCII is not enough', () => {
  expect(contentDisposition('IMG_1025.jpg', 'image/jpeg', 'inline')).toBe('inline; filename=IMG_1025.jpg')
  expect(contentDisposition('my photo.jpg', 'image/jpeg', 'inline')).toBe('inline; filename="my photo.jpg"')
  expect(contentDisposition('plage été.jpg', 'image/jpeg', 'attachment')).toBe(
    `attachment; filename="plage ?t?.jpg"; filename*=UTF-8''plage%20%C3%A9t%C3%A9.jpg`,
  )
})

it('is never inline for content that may run script', () => {
  for (const contentType of ['image/svg+xml', 'text/html', 'application/pdf']) {
    expect(contentDisposition('a.x', contentType, 'inline')).toBe('attachment; filename=a.x')
  }
})
