import type { SqlExecutor } from '@rindle/prisma'
import { applyAggregate } from '../assets/aggregate.ts'
import { lockAsset } from '../assets/lock.ts'
import type { AssetReference } from '../assets/read.ts'
import type { Asset, Focus } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { isDeliverable } from '../domain/states.ts'
import { NOTIFY_ASSET } from '../events/changes.ts'
import { profileOf, type Runtime } from '../kernel/runtime.ts'
import { assertId } from '../kernel/sql/assert-id.ts'
import { assetFromRow } from '../kernel/sql/entities-from-rows.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import { followFocus } from './follow-focus.ts'
import { plannedVariants } from './plan.ts'
import { variantsOf } from './read.ts'

/** Options of {@link setFocus}. */
export interface SetFocusOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** A ten-thousandth of the picture: less than a pixel of any output. */
const STEPS = 10_000

/**
 * Sets the point of a picture that matters, or takes it away: `null`. Exactly the existing variants whose recipes use
 * the focus become stale and are queued, in the same transaction; URLs lead to their old objects until the new ones are
 * there. One that a worker is making is made again afterwards. An asset that is not yet or no longer deliverable keeps
 * the focus alone. Coordinates are rounded to 4 decimals; the present focus changes nothing. Atomic, safe to repeat.
 * `not_found`; `invalid_input` for coordinates that are not from 0 to 1.
 */
export async function setFocus(
  runtime: Runtime,
  reference: AssetReference,
  focus: Focus | null,
  options: SetFocusOptions = {},
): Promise<Asset> {
  assertId('asset', reference.id)
  const rounded = roundedFocus(focus)
  return inTransaction(runtime, options.tx, async (unit) => {
    const asset = await lockAsset(unit, reference.id)
    if (asset === null) throw new RindleError('not_found', `There is no asset ${reference.id}.`)
    if (isSame(asset.focus, rounded)) return asset
    const focused = await writeFocus(unit, asset, rounded)
    if (!isDeliverable(asset.state)) return focused
    const planned = plannedVariants(profileOf(runtime, asset.profile), focused)
    const wanted = planned.filter(({ facts }) => facts.usesFocus)
    if (wanted.length === 0) return focused
    const isChanged = await followFocus(runtime, unit, focused, await variantsOf(unit, asset.id), wanted)
    if (!isChanged) return focused
    await applyAggregate(runtime, unit, focused, await variantsOf(unit, asset.id))
    return (await lockAsset(unit, asset.id)) ?? focused
  })
}

function roundedFocus(focus: Focus | null): Focus | null {
  if (focus === null) return null
  return { x: rounded('x', focus?.x), y: rounded('y', focus?.y) }
}

function rounded(axis: 'x' | 'y', share: unknown): number {
  if (typeof share !== 'number' || !(share >= 0 && share <= 1)) {
    throw new RindleError(
      'invalid_input',
      `focus.${axis} must be a number from 0 to 1, a fraction of the picture's ${axis === 'x' ? 'width' : 'height'}.`,
      { details: { [axis]: String(share) } },
    )
  }
  // Not -0, which JSON does not know.
  return Math.round(share * STEPS) / STEPS + 0
}

function isSame(a: Focus | null, b: Focus | null): boolean {
  return a?.x === b?.x && a?.y === b?.y
}

async function writeFocus(unit: UnitOfWork, { id }: Asset, focus: Focus | null): Promise<Asset> {
  const { rows } = await unit.executeSql(
    `update rindle.media_assets as asset
     set focus_x = $2::float8, focus_y = $3::float8, updated_at = now()
     where id = $1::uuid returning asset.*, ${NOTIFY_ASSET}`,
    [id, focus?.x ?? null, focus?.y ?? null],
  )
  const [row] = rows
  if (row === undefined) throw new RindleError('not_found', `There is no asset ${id}.`)
  return assetFromRow(row)
}
