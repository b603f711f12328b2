import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRindleError } from '../../src/domain/errors.ts'
import {
  ASSET_STATES,
  DELIVERABLE_STATES,
  isDeliverable,
  SESSION_STATES,
  VARIANT_STATES,
} from '../../src/domain/states.ts'
import {
  ASSET_TRANSITIONS,
  assertTransition,
  canTransition,
  SESSION_TRANSITIONS,
  sourcesOf,
  VARIANT_TRANSITIONS,
} from '../../src/domain/transitions.ts'

// The machines as the documentation draws them, written a second time on purpose.
const DRAWN = {
  asset: `
    staged      → validating, quarantined, deleted
    validating  → analyzing, quarantined, deleted
    analyzing   → promoting, quarantined, deleted
    promoting   → available, quarantined, deleted
    available   → processing, transcoding, ready, degraded, quarantined, trashed, deleted
    processing  → transcoding, ready, degraded, quarantined, trashed, deleted
    transcoding → processing, ready, degraded, quarantined, trashed, deleted
    ready       → processing, transcoding, degraded, quarantined, trashed, deleted
    degraded    → processing, transcoding, ready, quarantined, trashed, deleted
    quarantined → validating, deleted
    trashed     → available, processing, transcoding, ready, degraded, deleted
    deleted     → `,
  variant: `
    planned    → queued, cancelled, purged
    queued     → processing, cancelled, failed, purged
    processing → ready, failed, cancelled, queued, purged
    ready      → stale, missing, purged
    stale      → queued, missing, purged
    missing    → queued, ready, purged
    failed     → queued, purged
    cancelled  → queued, purged
    purged     → queued`,
  session: `
    initialized → signed, uploading, verifying, aborted, expired, failed
    signed      → resuming, uploading, uploaded, verifying, aborted, expired, failed
    resuming    → uploading, aborted, expired, failed
    uploading   → uploaded, verifying, aborted, expired, failed
    uploaded    → verifying, aborted, expired, failed
    verifying   → completed, failed
    completed   →
    aborted     →
    expired     →
    failed      → `,
}

function parse(drawn: string): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    drawn
      .trim()
      .split('\n')
      .map((line): [string, ReadonlySet<string>] => {
        const [from = '', to = ''] = line.split('→').map((side) => side.trim())
        return [from, new Set(to.split(', ').filter((state) => state !== ''))]
      }),
  )
}

/** One machine with its types widened, so that all three can be tested in the same way. */
const MACHINES = [
  {
    machine: 'asset' as const,
    states: ASSET_STATES as readonly string[],
    table: ASSET_TRANSITIONS as Readonly<Record<string, readonly string[]>>,
    initial: 'staged',
  },
  {
    machine: 'variant' as const,
    states: VARIANT_STATES as readonly string[],
    table: VARIANT_TRANSITIONS as Readonly<Record<string, readonly string[]>>,
    initial: 'planned',
  },
  {
    machine: 'session' as const,
    states: SESSION_STATES as readonly string[],
    table: SESSION_TRANSITIONS as Readonly<Record<string, readonly string[]>>,
    initial: 'initialized',
  },
]

type AnyMachine = (machine: string, from: string, to: string) => boolean
const allows = canTransition as AnyMachine
const asserts = assertTransition as (machine: string, from: string, to: string, id: string) => void
const sources = sourcesOf as (machine: string, to: string) => readonly string[]

describe.each(MACHINES)('the $machine machine', ({ machine, states, table, initial }) => {
  const drawn = parse(DRAWN[machine])
  const pairs = states.flatMap((from) => states.map((to) => ({ from, to })))

  it('knows exactly the drawn states', () => {
    expect(Object.keys(table)).toEqual([...drawn.keys()])
    expect([...states].toSorted()).toEqual([...drawn.keys()].toSorted())
  })

  it('allows every drawn transition and no other', () => {
    const wrong = pairs.filter(({ from, to }) => allows(machine, from, to) !== drawn.get(from)?.has(to))
    expect(wrong).toEqual([])
  })

  it('never counts staying in a state as a transition', () => {
    expect(states.filter((state) => allows(machine, state, state))).toEqual([])
  })

  it('accepts legal transitions, and refuses the rest by name', () => {
    for (const { from, to } of pairs) {
      const legal = [...(drawn.get(from) ?? [])]
      if (legal.includes(to)) {
        asserts(machine, from, to, 'id-1')
        continue
      }
      const error = caught(() => asserts(machine, from, to, 'id-1'))
      expect(isRindleError(error, 'invalid_transition') && error.details).toEqual({
        machine,
        id: 'id-1',
        from,
        to,
        legal,
      })
      for (const word of [machine, 'id-1', from, to, ...legal]) expect(String(error)).toContain(word)
    }
  })

  it('reports that a final state is final', () => {
    const [final] = states.filter((state) => drawn.get(state)?.size === 0)
    if (final === undefined) return expect(machine).toBe('variant')
    return expect(() => asserts(machine, final, initial, 'id-1')).toThrow(`${final} is final`)
  })

  it('gives exactly the states that lead to a state as its sources', () => {
    for (const to of states) {
      expect(sources(machine, to)).toEqual(
        states.filter((from) => drawn.get(from)?.has(to)).toSorted(byPosition(table)),
      )
    }
  })

  it('can reach every state from the first', () => {
    const reached = new Set([initial])
    // A set that grows during the walk: each state is visited once.
    for (const state of reached) for (const next of table[state] ?? []) reached.add(next)
    expect([...reached].toSorted()).toEqual([...states].toSorted())
  })

  it('is never left by any sequence of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 60 }), (events) => {
        let state = initial
        for (const event of events) {
          const before = state
          if (caught(() => asserts(machine, state, event, 'id-1')) === undefined) state = event
          expect(state === before || drawn.get(before)?.has(state)).toBe(true)
          expect(drawn.get(before)?.size === 0 && state !== before).toBe(false)
        }
      }),
    )
  })
})

describe('deliverable states', () => {
  it('are those with a verified, durable, accepted original', () => {
    expect(ASSET_STATES.filter(isDeliverable)).toEqual(['available', 'processing', 'transcoding', 'ready', 'degraded'])
    expect(DELIVERABLE_STATES).toHaveLength(5)
  })

  it('are left only for one another, quarantine, the trash or deletion', () => {
    for (const state of DELIVERABLE_STATES) {
      const others = ASSET_TRANSITIONS[state].filter((to) => !isDeliverable(to))
      expect(others).toEqual(['quarantined', 'trashed', 'deleted'])
    }
  })
})

function byPosition(table: Readonly<Record<string, unknown>>): (a: string, b: string) => number {
  const order = Object.keys(table)
  return (a, b) => order.indexOf(a) - order.indexOf(b)
}

function caught(action: () => void): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}
