import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Asset, Variant } from '../domain/entities.ts'
import { isRindleError, RindleError } from '../domain/errors.ts'
import { variantKey } from '../domain/keys.ts'
import { outputExtension, recipeCapability } from '../domain/recipe-facts.ts'
import type { NormalizedRecipe } from '../domain/recipes.ts'
import { cleanMetadata } from '../domain/untrusted-metadata.ts'
import type { RunningJob } from '../ports/jobs.ts'
import { errorFields } from '../ports/logger.ts'
import type { ProcessedOutput, Processor, VariantOutcome } from '../ports/processor.ts'
import { payloadText } from '../rows/payload-text.ts'
import { profileOf, type Runtime, storageOf } from '../runtime.ts'
import { type Claim, type ClaimedVariant, claim } from './claim.ts'
import { ProgressWriter } from './progress.ts'
import { makeRunDirectory } from './run-directory.ts'
import { type Settled, type Settlement, type StoredOutput, settle } from './settle.ts'
import type { AcquiredSource } from './source-cache.ts'
import { tellFailure } from './tell-failure.ts'
import { TranscodeEvents } from './transcode-events.ts'

/**
 * The work of `rindle_process` and `rindle_media`: claims the asset's waiting variants that `belongs` selects, makes
 * them from one source, and commits each on its own as it is done. What fails and may succeed later goes back to
 * `queued`, and the job's retry takes only that.
 */
export async function processVariants(
  runtime: Runtime,
  job: RunningJob,
  belongs: (variant: Variant) => boolean,
): Promise<void> {
  const claimed = await claim(runtime, job, payloadText(job.payload, 'assetId'), belongs)
  if (claimed === null) return
  const work = new VariantWork(runtime, job, claimed)
  try {
    await work.run()
  } catch (error) {
    await work.settleRest(error)
  }
  if (work.retryCause !== null) throw work.retryCause
}

/** One job's work on the variants it has claimed. */
class VariantWork {
  readonly #runtime: Runtime
  readonly #job: RunningJob
  readonly #asset: Asset
  readonly #open: Map<string, ClaimedVariant>
  readonly #siblings: readonly NormalizedRecipe[]
  readonly #progress: ProgressWriter
  readonly #transcodes: ReadonlyMap<string, TranscodeEvents>
  /** The first error after which the job must come again, or `null`. */
  retryCause: Error | null = null

  constructor(runtime: Runtime, job: RunningJob, { asset, variants, siblings }: Claim) {
    this.#runtime = runtime
    this.#job = job
    this.#asset = asset
    this.#siblings = siblings
    this.#progress = new ProgressWriter(runtime)
    this.#open = new Map(variants.map((claimedVariant) => [claimedVariant.variant.name, claimedVariant]))
    this.#transcodes = new Map(
      variants.map(({ variant }) => [variant.name, new TranscodeEvents(runtime, asset, variant)]),
    )
  }

  async run(): Promise<void> {
    await using source = await this.#acquireSource()
    await using directory = await makeRunDirectory(this.#runtime.workDirectory)
    const { maxPixels, maxDurationMs } = profileOf(this.#runtime, this.#asset.profile).accept
    const byProcessor = Map.groupBy(this.#open.values(), ({ variant }) => this.#processorOf(variant))
    for (const [processor, variants] of byProcessor) {
      await processor.process({
        source: source.file,
        variants: variants.map(({ variant }) => ({ name: variant.name, recipe: variant.recipe })),
        siblings: this.#siblings,
        limits: { maxPixels, ...(maxDurationMs === null ? {} : { maxDurationMs }) },
        directory: directory.path,
        signal: this.#job.signal,
        onOutcome: (outcome) => this.#settleOutcome(outcome),
        onProgress: (name, percent) => this.#reportProgress(name, percent),
      })
    }
    if (this.#open.size > 0) {
      throw new RindleError(
        'processing_failed',
        `The processor gave no outcome for: ${[...this.#open.keys()].join(', ')}.`,
      )
    }
  }

  /** Gives every variant that has no end yet the end that follows from an error of the whole work. */
  async settleRest(error: unknown): Promise<void> {
    for (const claimed of this.#open.values()) await this.#fail(claimed, error)
    if (this.#job.signal.aborted) this.retryCause = asError(error)
  }

  async #acquireSource(): Promise<AcquiredSource> {
    try {
      return await this.#runtime.sources.acquire(this.#asset, this.#job.signal)
    } catch (error) {
      if (!isRindleError(error, 'storage_object_missing')) throw error
      throw new RindleError('variant_source_not_found', `The original of asset ${this.#asset.id} is gone.`, {
        cause: error,
      })
    }
  }

  #processorOf(variant: Variant): Processor {
    const capability = recipeCapability(variant.recipe)
    const processor = this.#runtime.processors.find((candidate) => candidate.capabilities.has(capability))
    if (processor !== undefined) return processor
    throw new RindleError('processor_capability_missing', `No installed processor makes ${capability}.`, {
      details: { capability },
    })
  }

  #reportProgress(name: string, percent: number): void {
    const claimed = this.#open.get(name)
    if (claimed !== undefined) this.#progress.report(claimed, percent)
  }

  async #settleOutcome(outcome: VariantOutcome): Promise<void> {
    const claimed = this.#open.get(outcome.name)
    if (claimed === undefined) return
    if ('error' in outcome) return this.#fail(claimed, outcome.error)
    try {
      await this.#store(claimed, outcome.output)
    } catch (error) {
      await this.#fail(claimed, error)
    }
  }

  async #store(claimed: ClaimedVariant, output: ProcessedOutput): Promise<void> {
    const { variant } = claimed
    const storage = storageOf(this.#runtime, this.#asset.storage)
    const storageKey = variantKey({
      profile: this.#asset.profile,
      assetId: this.#asset.id,
      name: variant.name,
      digest: variant.recipeDigest,
      extension: outputExtension(variant.recipe),
    })
    // The size is checked by the storage, so that what is called ready is known to be there whole.
    await storage.put(storageKey, createReadStream(output.path), {
      contentType: output.contentType,
      byteSize: output.byteSize,
      disposeChunks: true,
      signal: this.#job.signal,
    })
    await rm(output.path, { force: true })
    const settled = await this.#settle(claimed, { to: 'ready', output: storedOutput(storageKey, output) })
    const unreferenced = unreferencedKey(settled, variant, storageKey)
    if (unreferenced !== null) await storage.delete(unreferenced)
  }

  async #fail(claimed: ClaimedVariant, error: unknown): Promise<void> {
    const { signal, isLastAttempt } = this.#job
    const isFinal = isRindleError(error) && !error.retryable
    const mayRetry = signal.aborted || (!isLastAttempt && !isFinal)
    const errorReason = isRindleError(error) ? error.code : 'processing_failed'
    if (isRindleError(error, 'corrupt_media')) {
      await this.#settle(claimed, { to: 'failed', errorReason, damage: error.message })
      return
    }
    if (mayRetry) this.retryCause ??= asError(error)
    const fields = { assetId: this.#asset.id, variantName: claimed.variant.name, ...errorFields(error) }
    const hasJob = !isOver(signal)
    const end: Settlement = mayRetry ? { to: 'queued', errorReason, hasJob } : { to: 'failed', errorReason }
    const settled = await this.#settle(claimed, end)
    tellFailure(this.#runtime.logger, { settled, isAborted: signal.aborted }, fields)
  }

  async #settle(claimed: ClaimedVariant, settlement: Settlement): Promise<Settled> {
    const { name } = claimed.variant
    const settled = await settle(this.#runtime, this.#asset, claimed, settlement)
    this.#open.delete(name)
    if (settled === 'ready' && settlement.to === 'ready') this.#transcodes.get(name)?.stop(settlement.output.byteSize)
    else this.#transcodes.get(name)?.exception()
    return settled
  }
}

/**
 * The object that nobody has heard of and nobody refers to after an output was stored, or `null`. Pure. What a ready
 * output replaces is deleted later, by a job of its own. When the claim was lost another worker may be writing, or have
 * committed, the same key: deleting it could take a ready variant's object, so it stays, at worst as an orphan that the
 * orphan scan finds.
 */
function unreferencedKey(settled: Settled, variant: Variant, storageKey: string): string | null {
  if (settled === 'claim_lost' || settled === 'ready') return null
  const kept = settled === 'asset_gone' ? null : variant.storageKey
  return storageKey === kept ? null : storageKey
}

/**
 * Whether a job was cancelled, or taken from its worker. It may hold variants all the same: when it had not claimed them
 * before it was cancelled, and they were queued again at once.
 */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted && !(isRindleError(signal.reason) && signal.reason.retryable)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function storedOutput(storageKey: string, output: ProcessedOutput): StoredOutput {
  return {
    storageKey,
    contentType: output.contentType,
    byteSize: output.byteSize,
    width: output.width ?? null,
    height: output.height ?? null,
    durationMs: output.durationMs ?? null,
    metadata: cleanMetadata(output.metadata ?? {}),
  }
}
