/**
 * What is known of an asset. `kept`: nobody may purge it. `loose`: a purge of the unattached has been asked for while it
 * was, so it may go or stay. `released`: its last attachment is gone, so it goes, unless it is attached again in time.
 * `gone`: it was refused, so it is being deleted or is deleted.
 */
export type Fate = 'kept' | 'loose' | 'released' | 'gone'

/** Owners with one slot each, and assets by number: a Rindle without storage, workers and time. */
export interface World {
  readonly fates: readonly Fate[]
  /** The assets of each owner's slot, in order. */
  readonly slots: readonly (readonly number[])[]
}

/** One call of a verb. */
export type Action =
  | { readonly verb: 'upload'; readonly asset: number; readonly slot: number | null }
  | { readonly verb: 'attach' | 'append' | 'detach'; readonly slot: number; readonly asset: number }
  | { readonly verb: 'empty' | 'erase'; readonly slot: number }
  | { readonly verb: 'reorder'; readonly slot: number; readonly assets: readonly number[] }
  | { readonly verb: 'cancel' | 'requeue' | 'reprobe' | 'focus'; readonly asset: number }
  | { readonly verb: 'purgeUnattached' | 'regenerate' | 'recover' | 'verifyStorage' }

/** How a call ended: `done`, or the code of its error. */
export type Ending = 'done' | 'conflict' | 'not_found' | 'not_deliverable' | 'not_processing'

/** A world without anything. */
export function emptyWorld(slotCount: number): World {
  return { fates: [], slots: Array.from({ length: slotCount }, () => []) }
}

/** The world after a call that ended so, or `null` when it may not have ended so. Pure. */
function after(world: World, action: Action, ending: Ending): World | null {
  if (ending === 'done') return afterDone(world, action)
  switch (action.verb) {
    case 'attach':
    case 'append': {
      const isRefusal = ending === 'not_found' || ending === 'not_deliverable'
      return isRefusal && mayBeGone(world, action.asset) ? withFate(world, action.asset, 'gone') : null
    }
    case 'reorder':
      return ending === 'conflict' && !isOrderOf(world.slots[action.slot] ?? [], action.assets) ? world : null
    case 'focus':
      return ending === 'not_found' && mayBeGone(world, action.asset) ? world : null
    case 'cancel':
    case 'requeue':
    case 'reprobe': {
      if (ending === 'not_found') return mayBeGone(world, action.asset) ? world : null
      // Only time tells whether there is work at this moment, and whether the asset is already available.
      const expected = action.verb === 'cancel' ? 'not_processing' : 'not_deliverable'
      return ending === expected ? world : null
    }
    case 'upload':
    case 'detach':
    case 'empty':
    case 'erase':
    case 'purgeUnattached':
    case 'regenerate':
    case 'recover':
    case 'verifyStorage':
    default:
      return null
  }
}

function afterDone(world: World, action: Action): World | null {
  switch (action.verb) {
    case 'upload': {
      const fates = world.fates.with(action.asset, 'kept')
      if (action.slot === null) return { ...world, fates }
      return placed({ ...world, fates }, action.slot, [...(world.slots[action.slot] ?? []), action.asset])
    }
    case 'attach':
      if (world.fates[action.asset] === 'gone') return null
      return placed(world, action.slot, [action.asset])
    case 'append': {
      if (world.fates[action.asset] === 'gone') return null
      const held = world.slots[action.slot] ?? []
      return placed(world, action.slot, held.includes(action.asset) ? held : [...held, action.asset])
    }
    case 'detach':
      return placed(
        world,
        action.slot,
        (world.slots[action.slot] ?? []).filter((asset) => asset !== action.asset),
      )
    case 'empty':
    case 'erase':
      return placed(world, action.slot, [])
    case 'reorder':
      return isOrderOf(world.slots[action.slot] ?? [], action.assets) ? placed(world, action.slot, action.assets) : null
    case 'purgeUnattached': {
      const fates = world.fates.map((fate, asset) => (fate === 'kept' && !isHeld(world, asset) ? 'loose' : fate))
      return { ...world, fates }
    }
    case 'cancel':
    case 'requeue':
    case 'reprobe':
    case 'focus':
    case 'regenerate':
    case 'recover':
    case 'verifyStorage':
    default:
      return world
  }
}

/** Puts assets into a slot. Held assets are kept; assets that nobody holds any more are purged. */
function placed(world: World, slot: number, assets: readonly number[]): World {
  const before = world.slots[slot] ?? []
  const next = { ...world, slots: world.slots.with(slot, assets) }
  const fates = world.fates.map((fate, asset) => {
    if (assets.includes(asset)) return 'kept'
    return before.includes(asset) && !isHeld(next, asset) ? 'released' : fate
  })
  return { ...next, fates }
}

/** Whether a slot holds the asset. */
export function isHeld({ slots }: World, asset: number): boolean {
  return slots.some((held) => held.includes(asset))
}

function mayBeGone(world: World, asset: number): boolean {
  return world.fates[asset] !== 'kept'
}

function withFate(world: World, asset: number, fate: Fate): World {
  return { ...world, fates: world.fates.with(asset, fate) }
}

function isOrderOf(held: readonly number[], assets: readonly number[]): boolean {
  return held.length === assets.length && held.every((asset) => assets.includes(asset))
}

/** The worlds that there may be after calls that were made at once: one for each order that explains every ending. Pure. */
export function afterTogether(world: World, calls: readonly (readonly [Action, Ending])[]): readonly World[] {
  if (calls.length === 0) return [world]
  return calls.flatMap(([action, ending], index) => {
    const next = after(world, action, ending)
    return next === null ? [] : afterTogether(next, calls.toSpliced(index, 1))
  })
}
