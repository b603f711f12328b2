import { heldAmong } from '../assets/hold.ts'
import type { Owner } from '../domain/entities.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { text } from '../kernel/sql/row-values.ts'
import { errorFields } from '../ports/logger.ts'
import { type ErasureReport, eraseOwner, previewOwnerErasure } from './erase-owner.ts'
import { PAGE_SIZE, pages } from './pages.ts'
import { type WalkOptions, walk } from './walk.ts'

/** Owners, in sequence: a list, or a reader of a file. */
export type Owners = Iterable<Owner> | AsyncIterable<Owner>

/** The results of erasing many owners, real or foreseen: the sums of their reports. */
export interface ErasureTotals {
  readonly owners: number
  readonly attachmentsToDetach: number
  readonly assetsToPurge: number
  /** An asset that two of the owners hold is retained with the first and purged with the second. */
  readonly retainedSharedAssets: number
  /** Assets on hold: purged when it has ended. */
  readonly blocked: number
  readonly errors: number
  readonly dryRun: boolean
  readonly interrupted: boolean
}

/**
 * Returns the results that {@link eraseOwners} would have with the same owners in the same order. Changes nothing.
 * Remembers the owners, to find assets that only they share.
 */
export async function previewOwnerErasures(
  runtime: Runtime,
  owners: Owners,
  options: WalkOptions = {},
): Promise<ErasureTotals> {
  const earlier = new Set<string>()
  return eachOwner(runtime, owners, { ...options, dryRun: true }, async (owner) => {
    if (earlier.has(keyOf(owner.type, owner.id))) return NOTHING
    const report = await previewOwnerErasure(runtime, owner)
    earlier.add(keyOf(owner.type, owner.id))
    return withoutEarlier(runtime, report, earlier)
  })
}

/**
 * Erases owners one after the other, each in its own transaction. A failed owner is counted and logged, and the rest
 * goes on. Safe to repeat and to interrupt.
 */
export async function eraseOwners(runtime: Runtime, owners: Owners, options: WalkOptions = {}): Promise<ErasureTotals> {
  return eachOwner(runtime, owners, { ...options, dryRun: false }, (owner) => eraseOwner(runtime, owner))
}

const NOTHING: ErasureReport = { attachmentsToDetach: [], assetsToPurge: [], retainedSharedAssets: [], blocked: [] }

async function eachOwner(
  runtime: Runtime,
  owners: Owners,
  { dryRun, ...options }: WalkOptions & { readonly dryRun: boolean },
  erase: (owner: Owner) => Promise<ErasureReport>,
): Promise<ErasureTotals> {
  const totals = { owners: 0, attachmentsToDetach: 0, assetsToPurge: 0, retainedSharedAssets: 0, blocked: 0, errors: 0 }
  const each = async (owner: Owner): Promise<void> => {
    totals.owners += 1
    try {
      const report = await erase(owner)
      totals.attachmentsToDetach += report.attachmentsToDetach.length
      totals.assetsToPurge += report.assetsToPurge.length
      totals.retainedSharedAssets += report.retainedSharedAssets.length
      totals.blocked += report.blocked.length
    } catch (error) {
      totals.errors += 1
      runtime.logger.error({ owner, ...errorFields(error) }, 'An owner could not be erased.')
    }
  }
  // In order: the order decides who shares with whom.
  const total = Array.isArray(owners) ? { total: async () => ({ count: owners.length, isEstimate: false }) } : {}
  const { interrupted } = await walk(singly(owners), { ...options, ...total, concurrency: 1, counts: totals, each })
  return { ...totals, dryRun, interrupted }
}

async function* singly(owners: Owners): AsyncGenerator<Owner[]> {
  for await (const owner of owners) yield [owner]
}

/** The report as it will be when the earlier owners, including this one, hold nothing any more. */
async function withoutEarlier(
  runtime: Runtime,
  report: ErasureReport,
  earlier: ReadonlySet<string>,
): Promise<ErasureReport> {
  const retained: string[] = []
  for (const assetId of report.retainedSharedAssets) {
    if (await isHeldByOthers(runtime, assetId, earlier)) retained.push(assetId)
  }
  const released = report.retainedSharedAssets.filter((id) => !retained.includes(id))
  const held = await heldAmong(runtime.database, released)
  return {
    ...report,
    assetsToPurge: [...report.assetsToPurge, ...released.filter((id) => !held.has(id))],
    retainedSharedAssets: retained,
    blocked: [...report.blocked, ...[...held].map((assetId) => ({ assetId, by: 'hold' as const }))],
  }
}

/** In pages, up to the first other owner: half the world may hold the default avatar. */
async function isHeldByOthers(runtime: Runtime, assetId: string, earlier: ReadonlySet<string>): Promise<boolean> {
  const sql = `select id, owner_type, owner_id from (
      select id, owner_type, owner_id from rindle.media_attachments where asset_id = $2::uuid
      union all select id, owner_type, owner_id from rindle.media_trashed_attachments where asset_id = $2::uuid
    ) as holder where id > $1::uuid order by id limit ${PAGE_SIZE}`
  for await (const rows of pages(runtime.database, sql, { values: [assetId] })) {
    if (rows.some((row) => !earlier.has(keyOf(text(row, 'owner_type'), text(row, 'owner_id'))))) return true
  }
  return false
}

function keyOf(type: string, id: string | number): string {
  return JSON.stringify([type, String(id)])
}
