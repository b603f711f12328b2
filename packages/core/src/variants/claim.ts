import { lockAsset } from '../assets/lock.ts'
import type { Asset, Variant } from '../domain/entities.ts'
import type { JsonObject } from '../domain/errors.ts'
import type { Failure } from '../domain/failures.ts'
import type { RowReason } from '../domain/reasons.ts'
import { type AssetState, isDeliverable } from '../domain/states.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { inTransaction, type UnitOfWork } from '../kernel/unit-of-work.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { cancelVariants } from './cancel.ts'
import { isMaker, type Maker, makerOf } from './maker.ts'
import { variantsOf } from './read.ts'
import { transitionVariants, type VariantChanges } from './transition.ts'

const CANCELLED_IN: Partial<Readonly<Record<AssetState, RowReason>>> = {
  quarantined: 'asset_quarantined',
  trashed: 'asset_trashed',
}

/** A variant that this job holds, and the run that records it. */
export interface ClaimedVariant {
  readonly variant: Variant
  /** The processor that makes it, and its recipe as that processor reads it. */
  readonly maker: Maker
  readonly runId: string
}

/** The result of a job's claim. */
export interface Claim {
  /** The asset as it was when the work began. */
  readonly asset: Asset
  readonly variants: readonly ClaimedVariant[]
  /** The forms of the recipes of the other variants of this class of work. */
  readonly siblings: readonly JsonObject[]
  /** Why waiting variants of this class of work are left to another worker; `null`: none is. */
  readonly lack: Failure | null
}

/**
 * Claims an asset's waiting variants for a job: `queued` → `processing`, with the job's id and one more attempt. Claims
 * again those that an earlier attempt of the same job left in `processing` when its worker died. Leaves variants that no
 * processor here can make to other workers. Returns `null` when there is nothing to do.
 */
export async function claim(
  runtime: Runtime,
  job: RunningJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
): Promise<Claim | null> {
  return inTransaction(runtime, undefined, async (unit) => {
    const asset = await lockAsset(unit, assetId)
    if (asset === null) return null
    const all = await variantsOf(unit, assetId)
    const candidates = all.filter(belongs)
    const wanted = candidates.filter((variant) => isClaimable(variant, job.id))
    if (wanted.length === 0) return null
    if (!isDeliverable(asset.state)) {
      // Its state changed while it waited: nothing is made, and no variant may wait for a job that will not come.
      await cancelVariants(runtime, unit, asset, wanted, CANCELLED_IN[asset.state] ?? 'asset_gone')
      return null
    }
    const found = wanted.map((variant) => ({ variant, maker: makerOf(runtime.processors, variant) }))
    const left = found.filter(({ maker }) => !isMaker(maker)).map(({ variant }) => variant)
    // An earlier attempt, on a worker that can make them, has died.
    const interrupted = left.filter(({ state }) => state === 'processing')
    await transitionVariants(runtime, unit, asset, interrupted, 'queued', { changes: () => ({ jobId: null }) })
    const claimed = await startAttempts(runtime, unit, job, asset, found)
    const siblings = candidates.filter((variant) => !wanted.includes(variant) && variant.state !== 'purged')
    const lack = found.flatMap(({ maker }) => (isMaker(maker) ? [] : [maker]))[0] ?? null
    return { asset, variants: claimed, siblings: siblings.map(({ recipe }) => recipe), lack }
  })
}

/** Moves the variants that have a maker to `processing`, and begins a run for each. */
async function startAttempts(
  runtime: Runtime,
  unit: UnitOfWork,
  job: RunningJob,
  asset: Asset,
  found: readonly { readonly variant: Variant; readonly maker: Maker | Failure }[],
): Promise<readonly ClaimedVariant[]> {
  const makers = new Map(found.flatMap(({ variant, maker }) => (isMaker(maker) ? [[variant.id, maker] as const] : [])))
  const makeable = found.map(({ variant }) => variant).filter(({ id }) => makers.has(id))
  const runIds = new Map(makeable.map(({ name }) => [name, runtime.newId()]))
  const begins = makeable.map(({ name, attempt }) => ({
    id: runIds.get(name) ?? '',
    jobId: job.id,
    assetId: asset.id,
    variantName: name,
    attempt: attempt + 1,
  }))
  const changes = ({ attempt }: Variant): VariantChanges => ({ jobId: job.id, attempt: attempt + 1, progress: 0 })
  const options = { changes, mayStay: true, begins }
  const moved = await transitionVariants(runtime, unit, asset, makeable, 'processing', options)
  return moved.flatMap((variant): ClaimedVariant[] => {
    const maker = makers.get(variant.id)
    const runId = runIds.get(variant.name)
    return maker === undefined || runId === undefined ? [] : [{ variant, maker, runId }]
  })
}

function isClaimable(variant: Variant, jobId: string): boolean {
  return variant.state === 'queued' || (variant.state === 'processing' && variant.jobId === jobId)
}
