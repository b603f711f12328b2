import { type StorageAdapter, silentLogger, type Violation } from '@rindle/core'
import { companionOwner, type QueueCounts } from '@rindle/core/adapter'
import { openDatabase } from '@rindle/prisma'
import { expect, vi } from 'vitest'
import { type CrashInstance, type CrashPlace, crashJobs, crashStorages } from './crash-instance.ts'
import { makeDeletionsDue } from './crash-plots.ts'
import type { Witness } from './crash-witness.ts'
import { makeDue } from './make-due.ts'

/** The findings once other processes have taken over everything from the dead ones. */
export interface Aftermath {
  readonly violations: readonly Violation[]
  /** Acknowledged uploads that are not ready and that nobody aborted. */
  readonly lost: readonly string[]
  /** Assets and variants that are neither ready nor waiting for their client. */
  readonly stuck: readonly string[]
  /** Assets with a job that died in every attempt: another job continued its work. */
  readonly exhausted: readonly string[]
  /** Runs of the audit trail that claim to be under way. */
  readonly openRuns: number
  /** Objects that no row refers to, by what left them there. */
  readonly orphans: Readonly<Record<OrphanKind, readonly string[]>>
  readonly assetCount: number
}

/**
 * Whose object it was: of an upload that had no row yet; of an asset that was purged while a worker stored its variant
 * or moved its original out of staging; of a direct upload, in staging or copied from there, while it was moved to its
 * permanent key. `unexplained` may not happen.
 */
export type OrphanKind = 'unregistered' | 'overtaken' | 'moving' | 'unexplained'

/** Everything that is left, as it lies there. */
interface Remains {
  readonly assets: ReadonlyMap<string, RemainingAsset>
  readonly keys: readonly string[]
  readonly witness: Witness
}

interface RemainingAsset {
  readonly id: string
  readonly profile: string
  readonly state: string
  readonly errorReason: string | null
  readonly storageKey: string
  readonly variants: readonly RemainingVariant[]
  readonly uploadSessions: readonly {
    readonly uploadStrategy: string
    readonly uploadKey: string
    readonly state: string
  }[]
}

interface RemainingVariant {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly errorReason: string | null
  readonly storageKey: string | null
}

/**
 * Works off everything that is left, as a fresh process would, until no queue holds anything; then asks again for what
 * an application had cancelled or trashed, and works that off.
 */
export async function drain(
  place: CrashPlace,
  rindle: CrashInstance,
  witness: Witness,
  timeoutMs: number,
): Promise<void> {
  const database = openDatabase(place.databaseUrl)
  const jobs = crashJobs(place)
  jobs.connect({ database, logger: silentLogger })
  await rindle.start()
  const workers = await rindle.work()
  const nothingLeft = async (): Promise<void> => {
    await makeDeletionsDue(rindle)
    await makeDue(rindle)
    expect(remaining(await jobs.counts())).toEqual({})
  }
  await vi.waitFor(nothingLeft, { timeout: timeoutMs, interval: 100 })
  await restoreAll(rindle)
  for (const id of witness.cancelling) {
    if ((await rindle.asset(id))?.state === 'degraded') await rindle.requeueVariants(id)
  }
  await vi.waitFor(nothingLeft, { timeout: timeoutMs, interval: 100 })
  await workers.stop()
  await jobs.stop()
  await database.close()
}

/** The place of an asset in the trash is never lost. */
async function restoreAll(rindle: CrashInstance): Promise<void> {
  for (const { id } of await rindle.prisma.mediaAsset.findMany({ where: { state: 'trashed' } })) {
    expect(await rindle.restore({ id })).toMatchObject({ restored: 1, attached: 1 })
  }
}

function remaining(counts: readonly QueueCounts[]): Readonly<Record<string, QueueCounts>> {
  const busy = counts.filter(({ waiting, active, dead }) => waiting + active + dead > 0)
  return Object.fromEntries(busy.map((count) => [count.queue, count]))
}

/** Looks at everything that is left. */
export async function aftermathOf(place: CrashPlace, rindle: CrashInstance, witness: Witness): Promise<Aftermath> {
  const assets = await rindle.prisma.mediaAsset.findMany({ include: { variants: true, uploadSessions: true } })
  const remains: Remains = {
    assets: new Map(assets.map((asset) => [asset.id, asset])),
    keys: (await Promise.all(Object.values(crashStorages(place)).map(keysIn))).flat(),
    witness,
  }
  return {
    violations: (await rindle.checkInvariants()).violations,
    lost: [...witness.acknowledged].filter((id) => isLost(id, remains)).map((id) => describe(id, remains)),
    stuck: stuckIn(remains),
    exhausted: [...(await exhaustedAssets(rindle))],
    openRuns: await rindle.prisma.mediaProcessingRun.count({ where: { finishedAt: null } }),
    orphans: orphansIn(remains),
    assetCount: assets.length,
  }
}

async function keysIn(storage: StorageAdapter): Promise<readonly string[]> {
  await storage.start()
  const keys: string[] = []
  for await (const { key } of storage.list('')) keys.push(key)
  await storage.stop()
  return keys
}

async function exhaustedAssets(rindle: CrashInstance): Promise<ReadonlySet<string>> {
  const rows = await rindle.prisma.$queryRaw<readonly { id: string }[]>`
    select data->>'assetId' as id from pgboss.job
    where state = 'failed' and retry_count >= retry_limit and name not like '%_dead'`
  return new Set(rows.map(({ id }) => id))
}

function isLost(id: string, { assets, witness }: Remains): boolean {
  const asset = assets.get(id)
  if (asset === undefined) return !witness.releasing.has(id)
  return asset.state !== 'ready'
}

/** The history of an asset, for whoever investigates. */
function describe(id: string, { assets }: Remains): string {
  const asset = assets.get(id)
  if (asset === undefined) return `${id} is gone`
  const { profile, state, errorReason, variants } = asset
  const made = variants.map((variant) => `${variant.name} ${variant.state} ${variant.errorReason ?? ''}`.trim())
  return `${id} of ${profile} is ${state} ${errorReason ?? ''} (${made.join(', ')})`
}

function stuckIn({ assets, witness }: Remains): readonly string[] {
  return [...assets.values()]
    .flatMap(({ id, state, variants }) => {
      const mayWait = state === 'staged' && !witness.acknowledged.has(id)
      return [...(mayWait ? [] : [{ id, state }]), ...variants]
    })
    .filter(({ state }) => state !== 'ready')
    .map(({ id, state }) => `${id} ${state}`)
}

function orphansIn(remains: Remains): Aftermath['orphans'] {
  const assets = [...remains.assets.values()]
  const referenced = new Set(
    assets.flatMap(({ storageKey, variants }) => [storageKey, ...variants.map((variant) => variant.storageKey)]),
  )
  const uploads = new Set(assets.flatMap(({ uploadSessions }) => uploadSessions.map(({ uploadKey }) => uploadKey)))
  const orphans: Record<OrphanKind, string[]> = {
    unregistered: [],
    overtaken: [],
    moving: [],
    unexplained: [],
  }
  for (const key of remains.keys) {
    const isPiece = uploads.has(companionOwner(key) ?? '')
    if (!isPiece && !referenced.has(key)) orphans[orphanKind(key, remains)].push(key)
  }
  return orphans
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/

function orphanKind(key: string, { assets, witness }: Remains): OrphanKind {
  const [assetId = ''] = UUID.exec(key) ?? []
  const name = key.split('/').at(-1) ?? ''
  const isOriginal = name.startsWith('original') || key.startsWith('staging/')
  const asset = assets.get(assetId)
  if (asset === undefined && witness.releasing.has(assetId)) {
    return isOriginal && !witness.staged.has(assetId) ? 'unexplained' : 'overtaken'
  }
  if (asset === undefined) return witness.acknowledged.has(assetId) ? 'unexplained' : 'unregistered'
  if (!isOriginal) return 'unexplained'
  return asset.uploadSessions.some(({ uploadStrategy }) => uploadStrategy !== 'proxied') ? 'moving' : 'unexplained'
}
