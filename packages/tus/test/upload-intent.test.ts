import { describe, expect, it } from 'vitest'
import { uploadIntent } from '../src/upload-intent.ts'

const nothing = { slot: undefined, byteSize: undefined, checksumSha256: undefined, order: undefined }

describe('what a client declares', () => {
  it.each([
    [{ filename: 'a.pdf', filetype: 'application/pdf' }],
    [{ name: 'a.pdf', type: 'application/pdf', relativePath: null }],
    [{ filename: 'a.pdf', name: 'b.pdf', filetype: 'application/pdf', type: 'image/png' }],
  ])('is read from %j', (metadata) => {
    expect(uploadIntent({ profile: 'film', ...metadata }, undefined)).toEqual({
      ...nothing,
      profile: 'film',
      filename: 'a.pdf',
      contentType: 'application/pdf',
    })
  })

  it('may be no more than a profile', () => {
    const unknown = { filename: 'file', contentType: 'application/octet-stream' }
    expect(uploadIntent({ profile: 'film', filename: '', filetype: null }, 7)).toEqual({
      ...nothing,
      ...unknown,
      profile: 'film',
      byteSize: 7,
    })
  })

  it.each([undefined, {}, { profile: null }, { profile: '' }, Object.create({ profile: 'film' }) as object])(
    'is refused without a profile: %j',
    (metadata) => {
      expect(() => uploadIntent(metadata as Record<string, string>, 1)).toThrow('name no profile')
    },
  )

  it('may have a place among the files that were chosen together', () => {
    const { order } = uploadIntent({ profile: 'film', batch: 'trip-1', index: '12' }, 1)
    expect(order).toEqual({ batch: 'trip-1', index: 12 })
    for (const half of [{ batch: 'trip-1' }, { index: '1' }, { batch: 'trip-1', index: '-1' }]) {
      expect(() => uploadIntent({ profile: 'film', ...half }, 1)).toThrow('belong together')
    }
  })

  it('is refused when a value is longer than any name is', () => {
    expect(() => uploadIntent({ profile: 'film', filename: 'x'.repeat(1025) }, 1)).toThrow('longer than 1024')
  })
})
