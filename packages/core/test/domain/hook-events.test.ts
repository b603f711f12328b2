import { expect, it } from 'vitest'
import { assetEvent, HANDLED_EVENTS, HOOK_EVENT_TYPES, variantEvent } from '../../src/domain/hook-events.ts'
import { ASSET_STATES, VARIANT_STATES } from '../../src/domain/states.ts'

it('each type of event has a handler of its own', () => {
  expect(Object.values(HANDLED_EVENTS).toSorted()).toEqual([...HOOK_EVENT_TYPES].toSorted())
})

it('an asset is heard of once it is there, refused or gone, and a variant when its work has ended', () => {
  expect(ASSET_STATES.flatMap((state) => assetEvent(state) ?? [])).toEqual([
    'asset.available',
    'asset.ready',
    'asset.degraded',
    'asset.quarantined',
    'asset.trashed',
    'asset.deleted',
  ])
  expect(VARIANT_STATES.flatMap((state) => variantEvent(state) ?? [])).toEqual(['variant.ready', 'variant.failed'])
})
