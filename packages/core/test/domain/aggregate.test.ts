import { describe, expect, it } from 'vitest'
import { type AggregatedVariant, aggregateState } from '../../src/domain/aggregate.ts'
import { LANES, VARIANT_STATES } from '../../src/domain/states.ts'
import { sourcesOf } from '../../src/domain/transitions.ts'

const EVERY_VARIANT: readonly AggregatedVariant[] = VARIANT_STATES.flatMap((state) =>
  LANES.map((queue) => ({ state, queue, onDemand: false })),
)

function combinations(size: number): readonly (readonly AggregatedVariant[])[] {
  if (size === 0) return [[]]
  return combinations(size - 1).flatMap((rest) => EVERY_VARIANT.map((variant) => [variant, ...rest]))
}

// The weight that one variant alone gives its asset; the heaviest decides.
const WEIGHTS = ['ready', 'degraded', 'processing', 'transcoding'] as const

function weightOf({ state, queue }: AggregatedVariant): number {
  if (['planned', 'queued', 'processing'].includes(state)) return queue === 'media' ? 3 : 2
  return ['failed', 'cancelled'].includes(state) ? 1 : 0
}

describe('the aggregate rule', () => {
  it('lets the heaviest variant decide, over every combination of up to three', () => {
    const all = [0, 1, 2, 3].flatMap(combinations)
    expect(all).toHaveLength(1 + 18 + 18 ** 2 + 18 ** 3)
    const wrong = all.filter((variants) => {
      return aggregateState(variants) !== WEIGHTS[Math.max(0, ...variants.map(weightOf))]
    })
    expect(wrong).toEqual([])
  })

  it('calls an asset without variants ready', () => {
    expect(aggregateState([])).toBe('ready')
  })

  it('is not changed by purged, stale and missing variants', () => {
    for (const state of ['purged', 'stale', 'missing'] as const) {
      for (const other of EVERY_VARIANT) {
        expect(aggregateState([other, { state, queue: 'media', onDemand: false }])).toBe(aggregateState([other]))
      }
    }
  })

  it('is not changed by variants on demand, whatever their state', () => {
    for (const { state, queue } of EVERY_VARIANT) {
      for (const other of EVERY_VARIANT) {
        expect(aggregateState([other, { state, queue, onDemand: true }])).toBe(aggregateState([other]))
      }
    }
  })

  it('goes by the lane of the work', () => {
    expect(aggregateState([{ state: 'queued', queue: 'media', onDemand: false }])).toBe('transcoding')
    expect(aggregateState([{ state: 'queued', queue: 'process', onDemand: false }])).toBe('processing')
  })

  it('gives only states that any asset with changing variants can take', () => {
    for (const state of WEIGHTS) expect(sourcesOf('asset', state)).toContain('available')
  })
})
