import { createReadStream } from 'node:fs'
import { extensionFor } from '../../domain/content-types.ts'
import type { Asset, Variant } from '../../domain/entities.ts'
import { errorSentence } from '../../domain/error-text.ts'
import { isRindleError, type JsonObject, RindleError } from '../../domain/errors.ts'
import { type Failure, failureOf } from '../../domain/failures.ts'
import { variantKey } from '../../domain/keys.ts'
import { readRecipe } from '../../domain/read-recipe.ts'
import { cleanMetadata, OUTPUT_METADATA_SIZE } from '../../domain/untrusted-metadata.ts'
import { isHandedOn } from '../../kernel/handed-on.ts'
import { payloadText } from '../../kernel/payload-text.ts'
import { makeRunDirectory } from '../../kernel/run-directory.ts'
import { profileOf, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { markTold } from '../../kernel/told.ts'
import type { RunningJob } from '../../ports/jobs.ts'
import type { ProcessedOutput, Processor, SourceFile, VariantOutcome } from '../../ports/processor.ts'
import type { Profile } from '../../profile/profile.ts'
import { type Claim, type ClaimedVariant, claim } from '../claim.ts'
import { commitOutput } from '../commit-output.ts'
import { type Settled, type Settlement, type StoredOutput, settle } from '../settle.ts'
import { handOnVariants } from '../wait.ts'
import { acquireOriginal, assertWhole } from './original.ts'
import { JobPlaceholder } from './placeholder.ts'
import { ProgressWriter } from './progress.ts'
import { tellFailure } from './tell-failure.ts'
import { TranscodeEvents } from './transcode-events.ts'

/**
 * The work of `rindle_process` and `rindle_media`: claims the asset's waiting variants that `belongs` selects, makes
 * them from one source, and commits each as soon as it is done.
 *
 * The kind of a failure decides what follows. A verdict fails at once. A defect goes back to `queued` until the job's
 * attempts are used up; this includes a decoder or encoder that exceeds its own limits of memory or time on these
 * bytes. After an outage, or when this process lacks something, a new job continues the work, with a growing delay and
 * without limit, and the variant names what it waits for.
 */
export async function processVariants(
  runtime: Runtime,
  job: RunningJob,
  belongs: (variant: Variant) => boolean,
): Promise<void> {
  const assetId = payloadText(job.payload, 'assetId')
  const waitsFor = await makeVariants(runtime, job, assetId, belongs)
  if (waitsFor !== null) await handOnVariants(runtime, job, assetId, belongs, waitsFor)
}

/**
 * Rejects when the job must run again. Resolves with the failure that the rest waits for, or `null` when nothing is
 * left.
 */
async function makeVariants(
  runtime: Runtime,
  job: RunningJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
): Promise<Failure | null> {
  const claimed = await claimOrFailure(runtime, job, assetId, belongs)
  if (claimed === null || 'kind' in claimed) return claimed
  const work = new VariantWork(runtime, job, claimed)
  try {
    if (claimed.variants.length > 0) await work.run()
  } catch (error) {
    await work.settleRest(error)
  }
  if (work.retryCause !== null) throw markTold(work.retryCause)
  return work.outage ?? claimed.lack
}

/** Claiming can fail, too: for example when this process does not know the asset's storage. */
async function claimOrFailure(
  runtime: Runtime,
  job: RunningJob,
  assetId: string,
  belongs: (variant: Variant) => boolean,
): Promise<Claim | Failure | null> {
  try {
    return await claim(runtime, job, assetId, belongs)
  } catch (error) {
    const failure = failureOf(error)
    if (failure.kind === 'outage' || failure.kind === 'lack') return failure
    throw error
  }
}

/** One job's work on its claimed variants. */
class VariantWork {
  readonly #runtime: Runtime
  readonly #job: RunningJob
  readonly #asset: Asset
  readonly #open: Map<string, ClaimedVariant>
  readonly #siblings: readonly JsonObject[]
  readonly #progress: ProgressWriter
  readonly #transcodes: ReadonlyMap<string, TranscodeEvents>
  /** The names of the variants that keep the asset from being ready, and whose settlement has not begun. */
  readonly #unsettled: Set<string>
  readonly #committing = new Set<Promise<boolean>>()
  #placeholder: JobPlaceholder | null = null
  /** Settles the last output, which waits for the placeholder: whoever sees the asset ready sees that, too. */
  #settleLast: (() => Promise<void>) | null = null
  /** The source file, while it exists. */
  #source: SourceFile | null = null
  #isWhole: Promise<void> | undefined
  /** The first error that makes the job run again, or `null`. */
  retryCause: Error | null = null
  /** The first failure that makes variants wait, or `null`. */
  outage: Failure | null = null

  constructor(runtime: Runtime, job: RunningJob, { asset, variants, siblings }: Claim) {
    this.#runtime = runtime
    this.#job = job
    this.#asset = asset
    this.#siblings = siblings
    this.#progress = new ProgressWriter(runtime)
    this.#open = new Map(variants.map((claimedVariant) => [claimedVariant.variant.name, claimedVariant]))
    this.#unsettled = new Set(variants.filter(({ variant }) => !variant.onDemand).map(({ variant }) => variant.name))
    this.#transcodes = new Map(
      variants.map((claimed) => [claimed.variant.name, new TranscodeEvents(runtime, asset, claimed)]),
    )
  }

  async run(): Promise<void> {
    // Fails first for what this process may lack, so that no source is fetched in vain.
    const profile = profileOf(this.#runtime, this.#asset.profile)
    const placeholder = new JobPlaceholder(this.#runtime, this.#asset, profile)
    this.#placeholder = placeholder
    const byProcessor = Map.groupBy(this.#open.values(), ({ maker }) => maker.processor)
    await using source = await acquireOriginal(this.#runtime, this.#asset, this.#job.signal)
    await using directory = await makeRunDirectory(this.#runtime.workDirectory)
    this.#source = source.file
    try {
      for (const [processor, variants] of byProcessor) {
        await this.#process(processor, variants, source.file, directory.path, profile.accept)
      }
    } finally {
      this.#source = null
      // Not sooner: the processor may have no room for it while it works.
      await placeholder.make(this.#job.signal)
      await this.#settleLast?.()
    }
    if (this.#open.size > 0) {
      throw new RindleError(
        'processing_failed',
        `The processor gave no outcome for: ${[...this.#open.keys()].join(', ')}.`,
      )
    }
  }

  /** Settles every open variant with an error of the whole work. */
  async settleRest(error: unknown): Promise<void> {
    for (const claimed of this.#open.values()) await this.#fail(claimed, error)
    if (this.#job.signal.aborted) this.retryCause = asError(error)
  }

  #process(
    processor: Processor,
    variants: readonly ClaimedVariant[],
    source: SourceFile,
    directory: string,
    { maxPixels, maxDurationMs }: Profile['accept'],
  ): Promise<void> {
    return processor.process({
      source,
      variants: variants.map(({ variant: { name }, maker: { options, facts } }) => ({
        name,
        recipe: options,
        contentType: facts.contentType,
      })),
      siblings: this.#siblings.flatMap((form) => {
        const read = readRecipe(processor.recipes, form)
        return read !== undefined && 'options' in read ? [read.options] : []
      }),
      limits: { maxPixels, ...(maxDurationMs === null ? {} : { maxDurationMs }) },
      directory,
      signal: this.#job.signal,
      onOutcome: (outcome) => this.#settleOutcome(outcome),
      onProgress: (name, percent) => this.#reportProgress(name, percent),
    })
  }

  #isReader({ probes }: Processor): boolean {
    return probes.has(this.#asset.contentType ?? '')
  }

  #reportProgress(name: string, percent: number): void {
    const claimed = this.#open.get(name)
    if (claimed !== undefined) this.#progress.report(claimed, percent)
  }

  async #settleOutcome(outcome: VariantOutcome): Promise<void> {
    const claimed = this.#open.get(outcome.name)
    if (claimed === undefined) return
    if ('error' in outcome) return this.#fail(claimed, outcome.error)
    await this.#orFail(claimed, () => this.#store(claimed, outcome.output))
  }

  async #orFail(claimed: ClaimedVariant, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      await this.#fail(claimed, error)
    }
  }

  async #store(claimed: ClaimedVariant, output: ProcessedOutput): Promise<void> {
    const { variant } = claimed
    const storage = storageOf(this.#runtime, this.#asset.storage)
    const storageKey = variantKey({
      tenant: this.#asset.tenant,
      profile: this.#asset.profile,
      assetId: this.#asset.id,
      name: variant.name,
      digest: variant.recipeDigest,
      extension: extensionFor(output.contentType),
    })
    // The storage checks the size, so that a ready variant's object is known to be complete.
    await storage.put(storageKey, createReadStream(output.path), {
      contentType: output.contentType,
      byteSize: output.byteSize,
      disposeChunks: true,
      signal: this.#job.signal,
    })
    await this.#placeholder?.take(variant.outputKind, output)
    const settleStored = (): Promise<void> => this.#settleStored(claimed, storedOutput(storageKey, output))
    const isLast = this.#open.size === 1
    if (isLast && this.#placeholder?.isDue === true) this.#settleLast = () => this.#orFail(claimed, settleStored)
    else await settleStored()
  }

  async #settleStored(claimed: ClaimedVariant, output: StoredOutput): Promise<void> {
    const { variant } = claimed
    const { storageKey } = output
    const storage = storageOf(this.#runtime, this.#asset.storage)
    const settled = await this.#settle(claimed, { to: 'ready', output })
    const unreferenced = unreferencedKey(settled, variant, storageKey)
    if (unreferenced !== null) await storage.delete(unreferenced)
  }

  async #fail(claimed: ClaimedVariant, thrown: unknown): Promise<void> {
    const { signal, isLastAttempt } = this.#job
    const error = signal.aborted ? thrown : await this.#ofOriginal(this.#unlessUnread(claimed, thrown))
    const failure = failureOf(error)
    const { reason, message } = failure
    const fields = { assetId: this.#asset.id, variantName: claimed.variant.name, code: reason, error: message }
    if (!signal.aborted && isFinal(failure, isLastAttempt)) {
      const isOfOriginal = isRindleError(error, 'corrupt_media')
      const settled = await this.#settle(claimed, { to: 'failed', failure, isOfOriginal })
      tellFailure(this.#runtime.logger, { settled, isAborted: false }, fields)
      return
    }
    const isTriedAgain = signal.aborted || failure.kind === 'defect'
    if (isTriedAgain) this.retryCause ??= asError(error)
    else this.outage ??= failure
    const isRepeat = !isTriedAgain && isHandedOn(this.#job)
    const settled = await this.#settle(claimed, { to: 'queued', failure, hasJob: !isOver(signal), isRepeat })
    // The log tells of an outage when its work is handed on.
    if (isTriedAgain || settled !== 'queued') {
      tellFailure(this.#runtime.logger, { settled, isAborted: signal.aborted }, fields)
    }
  }

  /** A newer worker may have a processor for a type that no processor here reads. */
  #unlessUnread({ maker }: ClaimedVariant, error: unknown): unknown {
    if (!isRindleError(error, 'unsupported_codec') || this.#isReader(maker.processor)) return error
    const message = `No installed processor reads ${this.#asset.contentType ?? 'this file'}: ${error.message}`
    return new RindleError('processor_capability_missing', message, { cause: error })
  }

  /**
   * A variant's error may come from damage to its stored original, or to the copy in use: then that damage is the
   * error. Checked once per job.
   */
  async #ofOriginal(error: unknown): Promise<unknown> {
    const source = this.#source
    if (source === null || !mayBeOfSource(error, this.#job.isLastAttempt)) return error
    this.#isWhole ??= assertWhole(this.#runtime, this.#asset, source, this.#job.signal)
    try {
      await this.#isWhole
      return error
    } catch (reason) {
      return reason
    }
  }

  async #settle(claimed: ClaimedVariant, settlement: Settlement): Promise<Settled> {
    const { name } = claimed.variant
    this.#unsettled.delete(name)
    const settled = (await this.#commitEarly(claimed, settlement))
      ? 'ready'
      : await settle(this.#runtime, this.#asset, claimed, settlement)
    this.#open.delete(name)
    if (settled === 'ready' && settlement.to === 'ready') this.#transcodes.get(name)?.stop(settlement.output.byteSize)
    else this.#transcodes.get(name)?.exception()
    return settled
  }

  /** Every output but the last is committed without a look at its siblings; the last waits for those, and looks. */
  async #commitEarly(claimed: ClaimedVariant, settlement: Settlement): Promise<boolean> {
    if (settlement.to === 'ready' && this.#unsettled.size > 0) {
      const committing = commitOutput(this.#runtime, this.#asset, claimed, settlement.output)
      this.#committing.add(committing)
      if (await committing.finally(() => this.#committing.delete(committing))) return true
    }
    await Promise.allSettled(this.#committing)
    return false
  }
}

/**
 * The stored object to delete at once because no row refers to it, or `null`. Pure. A separate job deletes objects that a
 * ready output replaces, and objects that were stored after their claim was lost: another worker may be writing the same
 * key, or have committed it, so that deleting it at once could take a ready variant's object.
 */
function unreferencedKey(settled: Settled, variant: Variant, storageKey: string): string | null {
  if (settled === 'claim_lost' || settled === 'ready') return null
  const kept = settled === 'asset_gone' ? null : variant.storageKey
  return storageKey === kept ? null : storageKey
}

/**
 * Whether a job was cancelled, or taken from its worker. It may still hold variants: it may have claimed them after its
 * cancellation, when they were queued again at once.
 */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted && !(isRindleError(signal.reason) && signal.reason.retryable)
}

/** Whether a failure is final: a retry cannot help, or no attempt is left. Pure. */
function isFinal({ kind }: Failure, isLastAttempt: boolean): boolean {
  return kind === 'verdict' || (kind === 'defect' && isLastAttempt)
}

/** Whether an error is about to be final and could come from bytes that differ from the original's. */
function mayBeOfSource(error: unknown, isLastAttempt: boolean): boolean {
  return isRindleError(error, 'variant_source_not_found') || isFinal(failureOf(error), isLastAttempt)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorSentence(error))
}

function storedOutput(storageKey: string, output: ProcessedOutput): StoredOutput {
  return {
    storageKey,
    contentType: output.contentType,
    byteSize: output.byteSize,
    width: output.width ?? null,
    height: output.height ?? null,
    durationMs: output.durationMs ?? null,
    metadata: cleanMetadata(output.metadata ?? {}, OUTPUT_METADATA_SIZE),
  }
}
