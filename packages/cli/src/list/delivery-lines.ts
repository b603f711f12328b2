import type { EventDelivery, EventTargetStatus } from '@rindle/core'
import { printable } from '../printable.ts'
import { stateIn } from '../style.ts'
import { ageOf, fitted, type View } from './list-lines.ts'

/** Targets of events as a table. Pure. */
export function targetTable(targets: readonly EventTargetStatus[], view: View): readonly string[] {
  if (targets.length === 0) return []
  const rows = targets.map((target) => [
    printable(target.name),
    target.kind,
    stateOf(target),
    counted(target.pending),
    counted(target.dead),
    String(target.workers),
    target.types.join(', '),
  ])
  return fitted([['name', 'kind', 'state', 'waiting', 'dead', 'workers', 'events'], ...rows], view)
}

/** Deliveries as a table; the last column holds the reason. Pure. */
export function deliveryTable(deliveries: readonly EventDelivery[], view: View): readonly string[] {
  if (deliveries.length === 0) return []
  const rows = deliveries.map(({ event, state, attempts, lastStatus, errorReason }) => [
    event.id,
    event.type,
    event.assetId,
    stateIn(view.style, state),
    String(attempts),
    lastStatus === null ? '-' : String(lastStatus),
    ageOf(event.occurredAt, view.now),
    printable(errorReason ?? ''),
  ])
  return fitted([['event', 'type', 'asset', 'state', 'attempts', 'status', 'age', 'reason'], ...rows], view)
}

function stateOf({ disabledAt, pausedAt, heldReason }: EventTargetStatus): string {
  if (disabledAt !== null) return 'disabled'
  return pausedAt === null ? (heldReason ?? 'active') : 'paused'
}

/** Counting stops at 10,000. */
function counted(count: number): string {
  return count >= 10_000 ? '10000+' : String(count)
}
