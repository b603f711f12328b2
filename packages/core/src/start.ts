import { RindleError } from './domain/errors.ts'
import { isAccepted } from './promotion/is-accepted.ts'
import type { Runtime } from './runtime.ts'
import { stopWorkers } from './workers/start-workers.ts'

/** Acquires what the adapters need, after a look at whether the database has our tables. Safe to repeat. */
export async function startRuntime(runtime: Runtime): Promise<void> {
  await assertMigrated(runtime)
  for (const storage of Object.values(runtime.storages)) await storage.start()
  for (const processor of runtime.processors) {
    await processor.start({ acceptedTypes: acceptedTypes(runtime, processor.probes) })
  }
  await runtime.jobs.start()
}

/** Releases everything, workers first, the database last. Safe to repeat. */
export async function stopRuntime(runtime: Runtime): Promise<void> {
  await stopWorkers(runtime)
  await runtime.jobs.stop()
  for (const processor of runtime.processors) await processor.stop()
  await runtime.sources.clear()
  await runtime.changes.close()
  for (const storage of Object.values(runtime.storages)) await storage.stop()
  await runtime.database.close()
}

async function assertMigrated(runtime: Runtime): Promise<void> {
  const { rows } = await runtime.database.executeSql(
    `select to_regclass('rindle.media_assets') is not null as migrated`,
  )
  if (rows[0]?.['migrated'] === true) return
  throw new RindleError('setup_incomplete', "The database has none of Rindle's tables. Run `rindle migrate`.")
}

/** The types that some profile accepts, of those a processor could decode. */
function acceptedTypes(runtime: Runtime, decodable: ReadonlySet<string>): ReadonlySet<string> {
  const patterns = Object.values(runtime.profiles).flatMap((profile) => profile.accept.types)
  return new Set([...decodable].filter((type) => isAccepted(type, patterns)))
}
