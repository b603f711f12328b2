import { expect, it } from 'vitest'
import { carried, carrying, lacksOf, type PromotionKnowledge } from '../../src/domain/promotion-knowledge.ts'

const older: PromotionKnowledge = {
  since: '2026-01-01T00:00:00.000Z',
  version: '1.0.0',
  accept: 'a1',
  removal: 'keep',
  scanners: ['clamav'],
  processors: ['image'],
}
const newer: PromotionKnowledge = { ...older, since: '2026-01-02T00:00:00.000Z' }

it('two processes of one configuration lack nothing, whichever is older', () => {
  expect(lacksOf(older, newer)).toEqual([])
  expect(lacksOf(newer, older)).toEqual([])
})

it('an older process lacks the additions of a newer one', () => {
  const more = { ...newer, version: '1.1.0', accept: 'a2', scanners: ['clamav', 'nsfw'], processors: ['image', 'av'] }
  expect(lacksOf(older, more)).toEqual([
    { what: 'version', name: '1.1.0' },
    { what: 'accept', name: 'a2' },
    { what: 'scanner', name: 'nsfw' },
    { what: 'processor', name: 'av' },
  ])
})

it('a newer process lacks nothing that only an older one had: it was removed on purpose', () => {
  expect(lacksOf({ ...newer, scanners: [], processors: [] }, older)).toEqual([])
})

it('an older process with more lacks nothing', () => {
  expect(lacksOf({ ...older, scanners: ['clamav', 'nsfw'] }, newer)).toEqual([])
})

it('travels in a payload; a payload without it, or with something else, gives null', () => {
  expect(carried({ assetId: 'a', ...carrying(newer) })).toEqual(newer)
  for (const knowledge of [undefined, null, 7, 'x', [], {}, { ...newer, since: 7 }]) {
    expect(carried(knowledge === undefined ? {} : { knowledge })).toBeNull()
  }
  expect(carried({ knowledge: { ...newer, scanners: 'clamav', processors: ['image', 7] } })).toEqual({
    ...newer,
    scanners: [],
    processors: ['image'],
  })
})

it('an older process lacks a removal of metadata that a newer one wants, and none that was given up', () => {
  const wanting = { ...newer, removal: 'strip' }
  expect(lacksOf(older, wanting)).toEqual([{ what: 'removal', name: 'strip' }])
  expect(lacksOf({ ...older, removal: 'strip' }, newer)).toEqual([])
  const { removal: _unknown, ...before } = newer
  expect(carried({ knowledge: before })).toEqual(newer)
})
