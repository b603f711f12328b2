import { RindleError } from '../../domain/errors.ts'
import { time } from '../../rows/row-values.ts'
import { profileOf, type Runtime } from '../../runtime.ts'
import { assertSeconds, profilesIn } from '../scope.ts'
import { recipeDrift } from './recipe-drift.ts'
import { judge } from './recommendations.ts'
import {
  type Found,
  type RuntimeStatus,
  type RuntimeStatusOptions,
  STATUS_CLASSES,
  type StateCounts,
} from './report.ts'
import { MOST_COUNTED, type SnapshotScope, snapshotClasses } from './snapshot-classes.ts'
import { stateCounts } from './state-counts.ts'
import { forsaken, readWaiting } from './waiting-work.ts'
import { workerGaps } from './worker-gaps.ts'

const DEFAULT_LIMIT = 5
const MOST_EXAMPLES = 100

/**
 * What is degraded or stuck, by class, with what to do about each: states counted, and the oldest examples. Reads one
 * snapshot of the database, bounded: of a class that has very many, counting stops. Under a second for a million assets
 * with three million variants. Changes nothing. `unknown_profile`,
 * `invalid_input`.
 */
export async function runtimeStatus(runtime: Runtime, options: RuntimeStatusOptions = {}): Promise<RuntimeStatus> {
  const scope = scopeOf(runtime, options)
  const names = profilesIn(runtime, options.profile)
  const profiles = Object.fromEntries(names.map((name) => [name, profileOf(runtime, name)]))
  const snapshot = await runtime.database.transaction(async (tx) => {
    await tx.executeSql('set transaction isolation level repeatable read, read only')
    const { rows } = await tx.executeSql('select now() as taken_at')
    return {
      takenAt: time(rows[0] ?? {}, 'taken_at'),
      counts: await stateCounts(tx, scope.profile),
      found: [...(await snapshotClasses(tx, scope)), await recipeDrift(tx, profiles, scope)],
      waiting: await readWaiting(tx, scope),
    }
  })
  const found = [
    ...snapshot.found.map((one) => orMore(one, snapshot.counts)),
    ...(await forsaken(runtime, snapshot.waiting, scope.limit)),
    await workerGaps(runtime, scope.limit),
  ]
  const { takenAt, counts } = snapshot
  const findings = STATUS_CLASSES.flatMap((name) => found.filter((one) => one.class === name && one.count > 0))
  return { takenAt, profile: scope.profile, counts, findings: findings.map(judge) }
}

function scopeOf(runtime: Runtime, options: RuntimeStatusOptions): SnapshotScope {
  const { profile = null, olderThanSeconds, limit = DEFAULT_LIMIT } = options
  if (olderThanSeconds !== undefined) assertSeconds('olderThanSeconds', olderThanSeconds)
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_EXAMPLES)) {
    throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_EXAMPLES}.`)
  }
  const probedTypes = [...new Set(runtime.processors.flatMap((processor) => [...processor.probes]))]
  return { profile, olderThanSeconds, limit, now: runtime.now(), probedTypes }
}

/** Assets that nobody attached are looked for at both ends of the table only. */
function orMore(found: Found, { assets }: StateCounts): Found {
  if (found.class !== 'unattached_asset') return found
  const total = Object.values(assets).reduce((sum, count) => sum + count, 0)
  return { ...found, isAtLeast: total > 2 * MOST_COUNTED }
}
