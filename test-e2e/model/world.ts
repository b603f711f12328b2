/**
 * What is known of an asset. `kept`: nobody may purge it. `loose`: a purge of the unattached has been asked for while it
 * was, so it may go or stay. `released`: its last attachment is gone, so it goes, unless it is attached again in time.
 * `trashed`: it waits in the trash. `gone`: it was refused, so it is being deleted or is deleted.
 */
export type Fate = 'kept' | 'loose' | 'released' | 'trashed' | 'gone'

/** An asset in the trash. */
export interface Trashed {
  /** The slots that it would come back to, in order. */
  readonly places: readonly number[]
  /** Whether its purge is due, but for a hold. */
  readonly isDue: boolean
}

/** Owners with one slot each, and assets by number: a Rindle without storage, workers and time. */
export interface World {
  readonly fates: readonly Fate[]
  /** The assets of each owner's slot, in order. */
  readonly slots: readonly (readonly number[])[]
  /** By asset; `null`: it is not in the trash. */
  readonly trashed: readonly (Trashed | null)[]
  /** By asset: whether it is on hold. */
  readonly held: readonly boolean[]
}

/** One call of a verb. */
export type Action =
  | { readonly verb: 'upload'; readonly asset: number; readonly slot: number | null }
  | { readonly verb: 'attach' | 'append' | 'detach'; readonly slot: number; readonly asset: number }
  | { readonly verb: 'empty' | 'erase'; readonly slot: number }
  | { readonly verb: 'reorder'; readonly slot: number; readonly assets: readonly number[] }
  | { readonly verb: 'cancel' | 'requeue' | 'reprobe' | 'focus'; readonly asset: number }
  | { readonly verb: 'trash' | 'restore' | 'hold' | 'unhold'; readonly asset: number }
  | { readonly verb: 'purgeUnattached' | 'purgeTrashed' | 'regenerate' | 'recover' | 'verifyStorage' }

/** How a call ended: `done`, or the code of its error. */
export type Ending = 'done' | 'conflict' | 'not_found' | 'not_deliverable' | 'not_processing' | 'invalid_transition'

/** A world without anything. */
export function emptyWorld(slotCount: number): World {
  return { fates: [], slots: Array.from({ length: slotCount }, () => []), trashed: [], held: [] }
}

/** The worlds that there may be after a call that ended so: none when it may not have ended so. Pure. */
function after(world: World, action: Action, ending: Ending): readonly World[] {
  if (ending === 'done') return afterDone(world, action)
  const next = afterRefused(world, action, ending)
  return next === null ? [] : [next]
}

function afterRefused(world: World, action: Action, ending: Exclude<Ending, 'done'>): World | null {
  switch (action.verb) {
    case 'attach':
    case 'append': {
      if (ending === 'not_deliverable' && isTrashed(world, action.asset)) return world
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
    case 'trash':
    case 'restore':
      if (ending === 'not_found') return mayBeGone(world, action.asset) ? world : null
      // Only time tells whether the asset is already available, and whether another call came between.
      return ending === 'invalid_transition' || (ending === 'conflict' && action.verb === 'restore') ? world : null
    case 'hold':
    case 'unhold': {
      const isRefusal = ending === 'not_found' || ending === 'not_deliverable'
      return isRefusal && mayBeGone(world, action.asset) ? world : null
    }
    case 'upload':
    case 'detach':
    case 'empty':
    case 'erase':
    case 'purgeUnattached':
    case 'purgeTrashed':
    case 'regenerate':
    case 'recover':
    case 'verifyStorage':
    default:
      return null
  }
}

function afterDone(world: World, action: Action): readonly World[] {
  switch (action.verb) {
    case 'upload': {
      const fates = world.fates.with(action.asset, 'kept')
      if (action.slot === null) return [{ ...world, fates }]
      return placed({ ...world, fates }, action.slot, [...(world.slots[action.slot] ?? []), action.asset])
    }
    case 'attach':
      if (isUnattachable(world, action.asset)) return []
      return placed(world, action.slot, [action.asset])
    case 'append': {
      if (isUnattachable(world, action.asset)) return []
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
      return placed(world, action.slot, [])
    case 'erase':
      return erased(world, action.slot)
    case 'reorder':
      return isOrderOf(world.slots[action.slot] ?? [], action.assets) ? placed(world, action.slot, action.assets) : []
    case 'trash':
      return intoTrash(world, action.asset)
    case 'restore':
      return restored(world, action.asset)
    case 'hold':
      return heldFrom(world, action.asset)
    case 'unhold': {
      // A purge may have been blocked meanwhile.
      const isSafe = isHeld(world, action.asset) || isTrashed(world, action.asset)
      const was = world.fates[action.asset] ?? 'kept'
      const fate = isSafe || was === 'gone' || world.held[action.asset] !== true ? was : 'loose'
      return [{ ...withFate(world, action.asset, fate), held: world.held.with(action.asset, false) }]
    }
    case 'purgeTrashed': {
      const ends = (asset: number): boolean => world.trashed[asset]?.isDue === true && world.held[asset] !== true
      return [
        {
          ...world,
          fates: world.fates.map((fate, asset) => (ends(asset) ? 'gone' : fate)),
          trashed: world.trashed.map((one, asset) => (ends(asset) ? null : one)),
        },
      ]
    }
    case 'purgeUnattached': {
      const fates = world.fates.map((fate, asset) => (fate === 'kept' && !isHeld(world, asset) ? 'loose' : fate))
      return [{ ...world, fates }]
    }
    case 'cancel':
    case 'requeue':
    case 'reprobe':
    case 'focus':
    case 'regenerate':
    case 'recover':
    case 'verifyStorage':
    default:
      return [world]
  }
}

/**
 * Puts assets into a slot. Held assets are kept; assets that nobody holds any more are purged, or trashed if they are on
 * hold and available already.
 */
function placed(world: World, slot: number, assets: readonly number[], isErasure = false): readonly World[] {
  const before = world.slots[slot] ?? []
  const next = { ...world, slots: world.slots.with(slot, assets) }
  const left = before.filter((asset) => !assets.includes(asset) && !isHeld(next, asset))
  const fates = next.fates.map((fate, asset) => {
    if (assets.includes(asset)) return 'kept'
    return left.includes(asset) ? 'released' : fate
  })
  return left
    .filter((asset) => world.held[asset] === true)
    .reduce<readonly World[]>(
      (worlds, asset) =>
        worlds.flatMap((each) => [
          withTrashed(each, asset, { places: isErasure ? [] : [slot], isDue: true }),
          withFate(each, asset, 'loose'),
        ]),
      [{ ...next, fates }],
    )
}

/** A purge that was on its way is blocked. */
function heldFrom(world: World, asset: number): readonly World[] {
  const fate = world.fates[asset]
  if (fate === 'gone') return []
  const stays = fate === 'released' ? withFate(world, asset, 'loose') : world
  return [{ ...stays, held: world.held.with(asset, true) }]
}

/** Takes an asset from all slots, into the trash. */
function intoTrash(world: World, asset: number): readonly World[] {
  if (isTrashed(world, asset)) return [world]
  if (world.fates[asset] === 'gone') return []
  const places = world.slots.flatMap((held, slot) => (held.includes(asset) ? [slot] : []))
  const slots = world.slots.map((held) => held.filter((other) => other !== asset))
  return [withTrashed({ ...world, slots }, asset, { places, isDue: false })]
}

/** Brings an asset back to its slots, at any place of each. */
function restored(world: World, asset: number): readonly World[] {
  const trashed = world.trashed[asset] ?? null
  // A call that has nothing to do asks for a deliverable asset.
  if (trashed === null) return world.fates[asset] === 'gone' ? [] : [world]
  const back = withFate({ ...world, trashed: world.trashed.with(asset, null) }, asset, 'loose')
  return trashed.places.reduce<readonly World[]>(
    (worlds, slot) =>
      worlds.flatMap((each) => {
        const held = each.slots[slot] ?? []
        return [...held, asset].map((_other, position) => ({
          ...withFate(each, asset, 'kept'),
          slots: each.slots.with(slot, held.toSpliced(position, 0, asset)),
        }))
      }),
    [back],
  )
}

/** Empties a slot and forgets it in the trash: what only it would take back goes. */
function erased(world: World, slot: number): readonly World[] {
  return placed(world, slot, [], true).map((each) => {
    const hit = (asset: number): boolean => world.trashed[asset]?.places.includes(slot) === true
    return each.fates.reduce((next, _fate, asset) => {
      if (!hit(asset)) return next
      const places = (world.trashed[asset]?.places ?? []).filter((other) => other !== slot)
      const isDue = world.trashed[asset]?.isDue === true
      if (places.length > 0) return withTrashed(next, asset, { places, isDue })
      if (world.held[asset] === true) return withTrashed(next, asset, { places, isDue: true })
      return withFate({ ...next, trashed: next.trashed.with(asset, null) }, asset, 'gone')
    }, each)
  })
}

function withTrashed(world: World, asset: number, trashed: Trashed): World {
  return { ...withFate(world, asset, 'trashed'), trashed: world.trashed.with(asset, trashed) }
}

function isTrashed({ trashed }: World, asset: number): boolean {
  return (trashed[asset] ?? null) !== null
}

function isUnattachable(world: World, asset: number): boolean {
  return world.fates[asset] === 'gone' || isTrashed(world, asset)
}

/** Whether a slot holds the asset. */
export function isHeld({ slots }: World, asset: number): boolean {
  return slots.some((held) => held.includes(asset))
}

function mayBeGone(world: World, asset: number): boolean {
  const fate = world.fates[asset]
  return fate !== 'kept' && fate !== 'trashed'
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
    return after(world, action, ending).flatMap((next) => afterTogether(next, calls.toSpliced(index, 1)))
  })
}
