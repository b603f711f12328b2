import { describe, expect, it } from 'vitest'
import { VARIANT_STATES, type VariantState } from '../../src/domain/states.ts'
import { type DriftingVariant, variantDrift } from '../../src/variants/drift.ts'
import { picture } from '../kinds.ts'

const recipe = picture({})
const declared = [{ name: 'thumb', ...recipe }]

const variant = (state: VariantState, changes: Partial<DriftingVariant> = {}): DriftingVariant => ({
  name: 'thumb',
  state,
  recipeDigest: recipe.digest,
  storageKey: null,
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
