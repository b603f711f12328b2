import { describe, expect, it } from 'vitest'
import { membersOfWidth, nearestMember, typesOf, widthsOf } from '../../../src/delivery/images/choose-member.ts'

const member = (width: number, format: string) => ({
  name: `hero_w${width}_${format}`,
  width,
  contentType: `image/${format}`,
})
const MEMBERS = [320, 640, 1280].flatMap((width) => ['avif', 'jpeg'].map((format) => member(width, format)))
const namesOf = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name)

describe('the members of a family', () => {
  it.each([
    [1, 320],
    [320, 320],
    [321, 640],
    [640, 640],
    [1279, 1280],
    [1280, 1280],
    [3840, 1280],
  ])('for a width of %i are those of %i', (wanted, width) => {
    expect(namesOf(membersOfWidth(MEMBERS, wanted))).toEqual([`hero_w${width}_avif`, `hero_w${width}_jpeg`])
  })

  it('are none where nothing can be made', () => {
    expect([membersOfWidth([], 640), widthsOf([]), typesOf([])]).toEqual([[], [], []])
  })

  it('tell their widths and types in order', () => {
    expect(widthsOf(MEMBERS.toReversed())).toEqual([320, 640, 1280])
    expect(typesOf(MEMBERS)).toEqual(['image/avif', 'image/jpeg'])
  })
})

describe('the substitute for a member', () => {
  it.each([
    ['the nearest width', [320, 1280], 1000, 'hero_w1280_avif'],
    ['the larger of two', [320, 960], 640, 'hero_w960_avif'],
    ['a smaller one, if there is no other', [320], 1280, 'hero_w320_avif'],
  ])('is %s', (_what, widths, wanted, name) => {
    const ready = widths.flatMap((width) => [member(width, 'jpeg'), member(width, 'avif')])
    expect(nearestMember(ready, wanted, ['image/avif', 'image/jpeg'])?.name).toBe(name)
  })

  it('is of a type that the client takes', () => {
    const ready = [member(640, 'avif'), member(320, 'jpeg')]
    expect(nearestMember(ready, 640, ['image/webp', 'image/jpeg'])?.name).toBe('hero_w320_jpeg')
    expect(nearestMember(ready, 640, ['image/webp'])).toBeUndefined()
  })
})
