import { type QueueCounts, type StorageAdapter, silentLogger, type Violation } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'
import { expect, vi } from 'vitest'
import { type CrashInstance, type CrashPlace, crashJobs } from './crash-instance.ts'
import type { Witness } from './crash-witness.ts'
import { storageIn } from './photo-profiles.ts'

/** What is found once everything that died has been taken over by others. */
export interface Aftermath {
  readonly violations: readonly Violation[]
  /** Acknowledged uploads that are not ready, and that nobody gave up. */
  readonly lost: readonly string[]
  /** Assets and variants that are neither ready nor waiting for their client. */
  readonly stuck: readonly string[]
  /** Objects that no row refers to, by what left them there. */
  readonly orphans: Readonly<Record<OrphanKind, readonly string[]>>
  readonly assetCount: number
}

/**
 * Whose object it was: of an upload that had no row yet; of an asset that was purged while a worker stored its variant;
 * of a direct upload, in staging or copied from there, while it was moved to its permanent key. `unexplained` may not
 * happen.
 */
export type OrphanKind = 'unregistered' | 'overtaken' | 'moving' | 'unexplained'

/** Works off everything that is left, as a fresh process would, until no queue holds anything. */
export async function drain(place: CrashPlace, rindle: CrashInstance, timeoutMs: number): Promise<void> {
  const database = openDatabase(place.databaseUrl)
  const jobs = crashJobs(place)
  jobs.connect({ database, logger: silentLogger })
  await rindle.start()
  const workers = await rindle.work()
  await vi.waitFor(async () => expect(remaining(await jobs.counts())).toEqual({}), {
    timeout: timeoutMs,
    interval: 100,
  })
  await workers.stop()
  await jobs.stop()
  await database.close()
}

function remaining(counts: readonly QueueCounts[]): Readonly<Record<string, QueueCounts>> {
  const busy = counts.filter(({ waiting, active, dead }) => waiting + active + dead > 0)
  return Object.fromEntries(busy.map((count) => [count.queue, count]))
}

/** Looks at everything that is left. */
export async function aftermathOf(place: CrashPlace, rindle: CrashInstance, witness: Witness): Promise<Aftermath> {
  const assets = await rindle.prisma.mediaAsset.findMany({ include: { variants: true } })
  const byId = new Map(assets.map((asset) => [asset.id, asset]))
  const isLost = (id: string): boolean => (byId.has(id) ? byId.get(id)?.state !== 'ready' : !witness.releasing.has(id))
  const isAtRest = ({ id, state }: { id: string; state: string }): boolean =>
    state === 'ready' || (state === 'staged' && !witness.acknowledged.has(id))
  const stuckVariants = assets.flatMap(({ variants }) => variants.filter(({ state }) => state !== 'ready'))
  return {
    violations: (await rindle.checkInvariants()).violations,
    lost: [...witness.acknowledged].filter(isLost),
    stuck: [...assets.filter((asset) => !isAtRest(asset)), ...stuckVariants].map(({ id, state }) => `${id} ${state}`),
    orphans: await orphansOf(storageIn(place.directory), rindle, witness),
    assetCount: assets.length,
  }
}

async function orphansOf(
  storage: StorageAdapter,
  rindle: CrashInstance,
  witness: Witness,
): Promise<Aftermath['orphans']> {
  const assets = await rindle.prisma.mediaAsset.findMany({ include: { variants: true, uploadSessions: true } })
  const byId = new Map(assets.map((asset) => [asset.id, asset]))
  const referenced = new Set(
    assets.flatMap(({ storageKey, variants }) => [storageKey, ...variants.map((variant) => variant.storageKey)]),
  )
  const kindOf = (key: string): OrphanKind => {
    const [assetId = '', name = ''] = key.split('/').slice(-2)
    const asset = byId.get(assetId)
    if (asset === undefined && witness.releasing.has(assetId))
      return name.startsWith('original') ? 'unexplained' : 'overtaken'
    if (asset === undefined) return witness.acknowledged.has(assetId) ? 'unexplained' : 'unregistered'
    const isDirect = asset.uploadSessions.some(({ uploadStrategy }) => uploadStrategy !== 'proxied')
    return isDirect && (key.startsWith('staging/') || name.startsWith('original')) ? 'moving' : 'unexplained'
  }
  await storage.start()
  const orphans = { unregistered: [], overtaken: [], moving: [], unexplained: [] } as Record<OrphanKind, string[]>
  for await (const { key } of storage.list('')) if (!referenced.has(key)) orphans[kindOf(key)].push(key)
  return orphans
}
