import { describe, expect, it } from 'vitest'
import { focusAfterKey, focusAt } from '../src/focus-movement.ts'

const picture = { left: 100, top: 50, width: 400, height: 200 }
const key = (name: string, held: object = {}) => ({
  key: name,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...held,
})

describe('the point below a pointer', () => {
  it.each([
    ['within the picture', { clientX: 200, clientY: 200 }, { x: 0.25, y: 0.75 }],
    ['with four digits', { clientX: 233.333, clientY: 50 }, { x: 0.3333, y: 0 }],
    ['at the nearest edge for a pointer outside', { clientX: 0, clientY: 1_000 }, { x: 0, y: 1 }],
  ])('is %s', (_where, pointer, focus) => {
    expect(focusAt(picture, pointer)).toEqual(focus)
  })

  it('is the centre of a picture that has no size yet', () => {
    expect(focusAt({ ...picture, width: 0, height: 0 }, { clientX: 100, clientY: 50 })).toEqual({ x: 0.5, y: 0.5 })
  })
})

describe('the point after a key', () => {
  const from = { x: 0.3, y: 0.6 }
  it.each([
    ['ArrowLeft', {}, { x: 0.29, y: 0.6 }],
    ['ArrowRight', {}, { x: 0.31, y: 0.6 }],
    ['ArrowUp', {}, { x: 0.3, y: 0.59 }],
    ['ArrowDown', {}, { x: 0.3, y: 0.61 }],
    ['ArrowLeft', { shiftKey: true }, { x: 0.2, y: 0.6 }],
    ['ArrowDown', { shiftKey: true }, { x: 0.3, y: 0.7 }],
    ['PageUp', {}, { x: 0.3, y: 0.5 }],
    ['PageDown', {}, { x: 0.3, y: 0.7 }],
    ['Home', {}, { x: 0, y: 0.6 }],
    ['End', {}, { x: 1, y: 0.6 }],
  ])('%s %o', (name, held, focus) => {
    expect(focusAfterKey(from, key(name, held), 'x')).toEqual(focus)
  })

  it('is at the edge of the axis that the key belongs to', () => {
    expect(focusAfterKey(from, key('Home'), 'y')).toEqual({ x: 0.3, y: 0 })
    expect(focusAfterKey(from, key('End'), 'y')).toEqual({ x: 0.3, y: 1 })
  })

  it('stays in the picture', () => {
    expect(focusAfterKey({ x: 0.995, y: 0.04 }, key('ArrowRight'), 'x')).toEqual({ x: 1, y: 0.04 })
    expect(focusAfterKey({ x: 0.995, y: 0.04 }, key('PageUp'), 'x')).toEqual({ x: 0.995, y: 0 })
  })

  it.each([
    ['Tab', {}],
    ['a', {}],
    ['ArrowLeft', { altKey: true }],
    ['ArrowLeft', { metaKey: true }],
    ['End', { ctrlKey: true }],
  ])('does not come of %s %o, which is for somebody else', (name, held) => {
    expect(focusAfterKey(from, key(name, held), 'x')).toBeUndefined()
  })
})
