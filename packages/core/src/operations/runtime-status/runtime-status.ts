import { knownWorkers } from '../../jobs/live-workers.ts'
import { profileOf, type Runtime } from '../../kernel/runtime.ts'
import { time } from '../../kernel/sql/row-values.ts'
import { profilesIn } from '../scope.ts'
import { maintenanceClasses } from './maintenance-classes.ts'
import { queueClasses, queueStatuses } from './queue-classes.ts'
import { recipeChanges } from './recipe-changes.ts'
import { recipeDrift } from './recipe-drift.ts'
import type { RuntimeStatus, RuntimeStatusOptions } from './report.ts'
import { statusSettings } from './settings.ts'
import { snapshotClasses } from './snapshot-classes.ts'
import { stateCounts } from './state-counts.ts'
import { readWaiting, waitingClasses } from './waiting-work.ts'

/**
 * Reports degraded and stuck work by class, with advice for each: counts of states, queues, and the oldest examples.
 * Reads one bounded snapshot of the database: counting stops in very large classes. Under a second for a million assets
 * with three million variants. Changes nothing. `unknown_profile`, `invalid_input`.
 */
export async function runtimeStatus(runtime: Runtime, options: RuntimeStatusOptions = {}): Promise<RuntimeStatus> {
  const settings = statusSettings(options)
  const { profile = null } = options
  const names = profilesIn(runtime, options.profile)
  const profiles = Object.fromEntries(names.map((name) => [name, profileOf(runtime, name)]))
  const scope = {
    profile,
    settings,
    now: runtime.now(),
    probedTypes: [...new Set(runtime.processors.flatMap((processor) => [...processor.probes]))],
    declared: Object.fromEntries(Object.entries(profiles).map(([name, { variants }]) => [name, Object.keys(variants)])),
  }
  const { takenAt, counts, changes, found, waiting } = await runtime.database.transaction(async (tx) => {
    await tx.executeSql('set transaction isolation level repeatable read, read only')
    const { rows } = await tx.executeSql('select now() as taken_at')
    return {
      takenAt: time(rows[0] ?? {}, 'taken_at'),
      counts: await stateCounts(tx, profile),
      changes: await recipeChanges(tx, profile),
      found: [...(await snapshotClasses(tx, scope)), await recipeDrift(tx, profiles, scope)],
      waiting: await readWaiting(tx, scope),
    }
  })
  const workers = await knownWorkers(runtime)
  const queues = queueStatuses(await runtime.jobs.counts(), workers)
  const findings = settings.findingsOf([
    ...found,
    ...(await waitingClasses(runtime, waiting, settings.limit)),
    ...queueClasses(queues, workers, settings),
    ...(await maintenanceClasses(runtime, takenAt, settings)),
  ])
  return { takenAt, profile, counts, queues, recipeChanges: changes, findings }
}
