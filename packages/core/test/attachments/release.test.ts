import { expect, test } from 'vitest'
import { fateOf } from '../../src/attachments/release.ts'
import { ASSET_STATES, isDeliverable } from '../../src/domain/states.ts'

const asset = { id: 'a', state: 'ready', isHeld: false, afterSeconds: null } as const

test('without a trash an asset is purged, and with one it waits there', () => {
  expect(fateOf(asset, false)).toEqual({ is: 'purged' })
  expect(fateOf({ ...asset, afterSeconds: 60 }, false)).toEqual({ is: 'trashed', afterSeconds: 60, isKept: true })
})

test('an erasure leaves nothing in the trash but what a hold keeps, and that comes back to nobody', () => {
  expect(fateOf({ ...asset, afterSeconds: 60 }, true)).toEqual({ is: 'purged' })
  expect(fateOf({ ...asset, afterSeconds: 60, isHeld: true }, true)).toEqual({
    is: 'trashed',
    afterSeconds: 0,
    isKept: false,
  })
})

test('no asset on hold is ever purged, and none that cannot be delivered is trashed', () => {
  for (const state of ASSET_STATES) {
    for (const isErasure of [true, false]) {
      for (const afterSeconds of [null, 60]) {
        const held = fateOf({ ...asset, state, afterSeconds, isHeld: true }, isErasure)
        expect(held.is).toBe(isDeliverable(state) ? 'trashed' : 'blocked')
        const free = fateOf({ ...asset, state, afterSeconds }, isErasure)
        expect(free.is).toBe(isDeliverable(state) && afterSeconds !== null && !isErasure ? 'trashed' : 'purged')
      }
    }
  }
})
