import { describe, expect, it } from 'vitest'
import { VARIANT_STATES, type VariantState } from '../../src/domain/states.ts'
import { type DriftingVariant, variantDrift } from '../../src/variants/drift.ts'
import { picture } from '../kinds.ts'

const recipe = picture({})
const declared = [{ name: 'thumb', ...recipe, declaredDigest: recipe.digest, onDemand: false }]

const variant = (state: VariantState, changes: Partial<DriftingVariant> = {}): DriftingVariant => ({
  name: 'thumb',
  state,
  recipeDigest: recipe.digest,
  storageKey: null,
  onDemand: false,
  ...changes,
})

/** The lists that contain a variant. */
function listsOf(only: DriftingVariant, name?: string): readonly string[] {
  const drift = Object.entries(variantDrift([only], declared, name))
  return drift.filter(([, list]) => list.length > 0).map(([list]) => list)
}

describe('the drift of a variant', () => {
  const expected: Readonly<Record<VariantState, readonly string[]>> = {
    planned: ['unmade'],
    queued: ['inFlight'],
    processing: ['inFlight'],
    ready: [],
    failed: [],
    cancelled: [],
    stale: ['unmade'],
    missing: ['unmade'],
    purged: ['lacking'],
  }

  it.each(VARIANT_STATES)('that is declared and %s', (state) => {
    expect(listsOf(variant(state))).toEqual(expected[state])
  })

  it.each(VARIANT_STATES)('of another recipe that is %s', (state) => {
    const other = { recipeDigest: '0'.repeat(64) }
    expect(listsOf(variant(state, other))).toEqual(state === 'ready' ? ['outdated'] : expected[state])
  })

  it.each(VARIANT_STATES)('that is no longer declared and %s', (state) => {
    const lists = listsOf(variant(state, { name: 'old' }))
    // The declared one has no row here.
    expect(lists).toEqual(state === 'purged' ? ['lacking'] : ['lacking', 'undeclared'])
  })

  it('with an unfinished purge', () => {
    const key = { storageKey: 'photo/a/old.jpg' }
    expect(listsOf(variant('purged', { name: 'old', ...key }))).toEqual(['lacking', 'halfPurged'])
    // It is declared again: make it, do not delete it.
    expect(listsOf(variant('purged', key))).toEqual(['lacking'])
  })

  it('covers only the requested name', () => {
    expect(listsOf(variant('stale'), 'thumb')).toEqual(['unmade'])
    expect(listsOf(variant('stale'), 'other')).toEqual([])
    expect(listsOf(variant('ready', { name: 'old' }), 'old')).toEqual(['undeclared'])
  })
})

describe('the drift of a variant on demand', () => {
  const onDemand = declared.map((eager) => ({ ...eager, onDemand: true }))
  const listsFor = (variants: readonly DriftingVariant[]): readonly string[] =>
    Object.entries(variantDrift(variants, onDemand)).flatMap(([list, { length }]) => (length > 0 ? [list] : []))

  it('lacks nothing before a page has asked for it, and nothing once it is purged', () => {
    expect(listsFor([])).toEqual([])
    expect(listsFor([variant('purged', { onDemand: true })])).toEqual([])
    // Eviction deletes its object: a page may ask for it at this moment.
    expect(listsFor([variant('purged', { onDemand: true, storageKey: 'photo/a/thumb.jpg' })])).toEqual([])
  })

  it('is made again like any other once it exists', () => {
    expect(listsFor([variant('stale', { onDemand: true })])).toEqual(['unmade'])
    expect(listsFor([variant('missing', { onDemand: true })])).toEqual(['unmade'])
    expect(listsFor([variant('ready', { onDemand: true, recipeDigest: '0'.repeat(64) })])).toEqual(['outdated'])
  })

  it('tells when its declaration has changed from one way of making it to the other', () => {
    expect(listsFor([variant('ready')])).toEqual(['regrouped'])
    expect(listsOf(variant('ready', { onDemand: true }))).toEqual(['regrouped'])
  })
})
