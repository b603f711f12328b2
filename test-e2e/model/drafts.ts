import fc from 'fast-check'
import type { Action, World } from './world.ts'

/** A verb, and the number from which its objects are chosen. */
export interface Draft {
  readonly verb: Action['verb']
  readonly pick: number
}

const verbs: fc.Arbitrary<Action['verb']> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('upload' as const) },
  { weight: 8, arbitrary: fc.constantFrom('attach' as const, 'append' as const) },
  { weight: 5, arbitrary: fc.constantFrom('detach' as const, 'empty' as const, 'erase' as const, 'reorder' as const) },
  { weight: 4, arbitrary: fc.constantFrom('cancel' as const, 'requeue' as const, 'reprobe' as const) },
  { weight: 3, arbitrary: fc.constant('focus' as const) },
  { weight: 4, arbitrary: fc.constantFrom('trash' as const, 'restore' as const) },
  { weight: 3, arbitrary: fc.constantFrom('hold' as const, 'unhold' as const, 'purgeTrashed' as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'purgeUnattached' as const,
      'regenerate' as const,
      'recover' as const,
      'verifyStorage' as const,
    ),
  },
)
/** One to four calls at once. */
export const draftGroups: fc.Arbitrary<Draft[]> = fc.array(fc.record({ verb: verbs, pick: fc.nat(1_000_000) }), {
  minLength: 1,
  maxLength: 4,
})

const ASSET_VERBS: readonly string[] = [
  'attach',
  'append',
  'detach',
  'cancel',
  'requeue',
  'reprobe',
  'focus',
  'trash',
  'restore',
  'hold',
  'unhold',
]

/** Whether a verb needs an existing asset. */
export function needsAsset(verb: Action['verb']): boolean {
  return ASSET_VERBS.includes(verb)
}

/** The calls that drafts stand for in this world. */
export function actionsOf(drafts: readonly Draft[], { fates, slots }: World, slotCount: number): readonly Action[] {
  let next = fates.length
  return drafts.map(({ verb, pick }): Action => {
    const slot = pick % slotCount
    const asset = Math.floor(pick / 3) % Math.max(1, fates.length)
    switch (verb) {
      case 'upload': {
        next += 1
        return { verb, asset: next - 1, slot: pick % 2 === 0 ? null : slot }
      }
      case 'attach':
      case 'append':
      case 'detach':
        return { verb, slot, asset }
      case 'empty':
      case 'erase':
        return { verb, slot }
      case 'reorder':
        return { verb, slot, assets: (slots[slot] ?? []).toReversed() }
      case 'cancel':
      case 'requeue':
      case 'reprobe':
      case 'focus':
      case 'trash':
      case 'restore':
      case 'hold':
      case 'unhold':
        return { verb, asset }
      case 'purgeUnattached':
      case 'purgeTrashed':
      case 'regenerate':
      case 'recover':
      case 'verifyStorage':
      default:
        return { verb }
    }
  })
}
