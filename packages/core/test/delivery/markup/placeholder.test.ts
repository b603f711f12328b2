import { rgbaToThumbHash } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import { placeholderOf } from '../../../src/delivery/markup/placeholder.ts'

const RED = [255, 0, 0, 255]

/** The hash of a picture that is red on the left and `right` on the right. */
function hashOf(right: readonly number[]): string {
  const row = [...Array.from({ length: 8 }, () => RED), ...Array.from({ length: 8 }, () => right)].flat()
  const pixels = Array.from({ length: 8 }, () => row).flat()
  return Buffer.from(rgbaToThumbHash(16, 8, pixels)).toString('base64')
}

describe('placeholderOf', () => {
  it('is a PNG as a data URL, and the average colour', () => {
    const placeholder = placeholderOf({ thumbHash: hashOf(RED) }, { placeholder: 'thumbhash' })

    expect(placeholder?.colour).toMatch(/^#f[0-9a-f]0[0-9a-f]0[0-9a-f]$/)
    const [type, base64 = ''] = placeholder?.dataUrl?.split(',') ?? []
    expect(type).toBe('data:image/png;base64')
    const png = Buffer.from(base64, 'base64')
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    // Width and height have the proportions of the picture, roughly.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([32, 18])
  })

  it('is the colour alone where the profile wants a colour', () => {
    const placeholder = placeholderOf({ thumbHash: hashOf([0, 0, 255, 255]) }, { placeholder: 'colour' })

    expect(placeholder?.dataUrl).toBeNull()
    expect(placeholder?.colour).toMatch(/^#[78][0-9a-f]0[0-9a-f][78][0-9a-f]$/)
  })

  it('has a transparent colour for a picture with transparency', () => {
    const placeholder = placeholderOf({ thumbHash: hashOf([0, 0, 0, 0]) }, { placeholder: 'colour' })

    expect(placeholder?.colour).toMatch(/^#[0-9a-f]{6}[78][0-9a-f]$/)
  })

  it('is nothing where the profile wants none, or none is made yet', () => {
    expect(placeholderOf({ thumbHash: hashOf(RED) }, { placeholder: 'none' })).toBeNull()
    expect(placeholderOf({ thumbHash: null }, { placeholder: 'thumbhash' })).toBeNull()
  })
})
