import { RindleError } from './domain/errors.ts'
import { isAccepted } from './domain/is-accepted.ts'
import { declareTargets } from './hooks/declare-targets.ts'
import { stopWorkers } from './jobs/start-workers.ts'
import { knownStorage, mirrorName, rememberStorage } from './kernel/known-storages.ts'
import type { Runtime } from './kernel/runtime.ts'
import { isOutage } from './kernel/storage-adapter/outage.ts'
import { errorFields } from './ports/logger.ts'

/** Checks that the database has Rindle's tables, then acquires the adapters' resources. Safe to repeat. */
export async function startRuntime(runtime: Runtime): Promise<void> {
  await assertMigrated(runtime)
  for (const name of Object.keys(runtime.storages)) {
    await startStorage(runtime, name)
    await startMirrors(runtime, name)
  }
  for (const processor of runtime.processors) {
    await processor.start({ acceptedTypes: acceptedTypes(runtime, processor.probes) })
  }
  await runtime.jobs.start()
  await runtime.hooks.wanted.start()
  await declareTargets(runtime)
}

/** Releases everything, workers first, the database last. Safe to repeat. */
export async function stopRuntime(runtime: Runtime): Promise<void> {
  await stopWorkers(runtime)
  await runtime.jobs.stop()
  for (const processor of runtime.processors) await processor.stop()
  await runtime.sources.clear()
  await runtime.changes.close()
  await runtime.hooks.wanted.close()
  for (const storage of Object.values(runtime.storages)) await storage.stop()
  await runtime.database.close()
}

/** A storage that was used before must be the same: an unmounted disk is no empty storage. */
async function startStorage({ database, storages }: Runtime, name: string): Promise<void> {
  const known = await knownStorage(database, name)
  const identity = await storages[name]?.start(known)
  if (identity === undefined || identity === known.identity) return
  if ((await rememberStorage(database, name, identity)) === identity) return
  throw new RindleError(
    'storage_unavailable',
    `Storage "${name}" here differs from the one in the process that used it first. Configure the same one in both.`,
    { details: { storage: name } },
  )
}

/**
 * A mirror that is down, or has been exchanged, must not keep the application from starting: its changes wait, and the
 * doctor and the status tell.
 */
async function startMirrors({ database, storages, logger }: Runtime, name: string): Promise<void> {
  for (const [index, mirror] of (storages[name]?.mirroring?.mirrors ?? []).entries()) {
    try {
      const { identity: known } = await knownStorage(database, mirrorName(name, index))
      const identity = await mirror.start({ identity: known, isUsed: async () => false })
      if (identity !== undefined) await rememberStorage(database, mirrorName(name, index), identity)
    } catch (error) {
      if (!isOutage(error)) throw error
      logger.warn({ storage: name, ...errorFields(error) }, 'A mirror could not be started; its changes wait.')
    }
  }
}

async function assertMigrated(runtime: Runtime): Promise<void> {
  const { rows } = await runtime.database.executeSql(
    `select to_regclass('rindle.media_assets') is not null as is_there,
       to_regclass('rindle.media_mirror_changes') is not null as is_current`,
  )
  const [tables] = rows
  if (tables?.['is_current'] === true) return
  const what = tables?.['is_there'] === true ? 'lacks tables of this version' : "has none of Rindle's tables"
  throw new RindleError('setup_incomplete', `The database ${what}. Run \`rindle migrate\`.`)
}

/** The types that some profile accepts and a processor can decode. */
function acceptedTypes(runtime: Runtime, decodable: ReadonlySet<string>): ReadonlySet<string> {
  const patterns = Object.values(runtime.profiles).flatMap((profile) => profile.accept.types)
  return new Set([...decodable].filter((type) => isAccepted(type, patterns)))
}
