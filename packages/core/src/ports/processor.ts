import type { Json } from '../domain/errors.ts'
import type { NormalizedRecipe } from '../domain/recipes.ts'
import type { AssetKind } from '../domain/states.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'

/** A file on this machine's disk whose bytes the gate has verified. */
export interface SourceFile {
  readonly path: string
  /** What the bytes are, by content. */
  readonly contentType: string
  readonly byteSize: number
}

/** Limits of the profile, enforced from headers before a full decode. */
export interface MediaLimits {
  /** Width × height × frames that a decoder may be given. */
  readonly maxPixels: number
  readonly maxDurationMs?: number
}

/** What the bytes say about themselves. Dimensions are as displayed: orientation and rotation are applied. */
export interface ProbeResult {
  readonly kind: AssetKind
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly hasVideoTrack?: boolean
  readonly hasAudioTrack?: boolean
  /** Untrusted facts of the container; core cleans and cuts them before they are kept. */
  readonly metadata?: { readonly [key: string]: Json }
}

/** Options of {@link Processor.probe}. */
export interface ProbeOptions {
  /** What the header may say at most. */
  readonly limits: MediaLimits
  /** Ends the probe. */
  readonly signal?: AbortSignal
}

/** One variant to make. */
export interface VariantRequest {
  readonly name: string
  readonly recipe: NormalizedRecipe
}

/** One finished output in the run directory; core moves it into storage and forgets the file. */
export interface ProcessedOutput {
  readonly path: string
  readonly contentType: string
  readonly byteSize: number
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly metadata?: { readonly [key: string]: Json }
}

/** What became of one requested variant. */
export type VariantOutcome =
  | { readonly name: string; readonly output: ProcessedOutput }
  | { readonly name: string; readonly error: Error }

/** Work for a processor: several variants of one source, so that it may share one read and as few decodes as it can. */
export interface ProcessRequest {
  readonly source: SourceFile
  readonly variants: readonly VariantRequest[]
  /**
   * Recipes of the asset's other variants of the same class of work, which are there already. A variant must come out as
   * the same bytes whether it is made beside them or alone, so that one that is lost can be made again. @default none
   */
  readonly siblings?: readonly NormalizedRecipe[]
  readonly limits: MediaLimits
  /** A private directory that exists, is empty, and is removed by the caller afterwards. */
  readonly directory: string
  readonly signal: AbortSignal
  /**
   * Called once per requested variant, as soon as it is done, and never while an earlier call is pending: a slow commit
   * holds back the next output instead of piling files up. One variant's error does not stop the others. When a call
   * rejects, `process` makes no more calls, and rejects with the same error.
   */
  readonly onOutcome: (outcome: VariantOutcome) => Promise<void>
  /** Percent from 0 to 100 of one variant's work, before its outcome, as often as the processor likes. Never falls. */
  readonly onProgress: (name: string, percent: number) => void
}

/** What the instance tells its processors at start. */
export interface ProcessorContext {
  /** Every content type that some profile accepts: decoders for others may be switched off. */
  readonly acceptedTypes: ReadonlySet<string>
}

/** What a processor is told that examines itself. */
export interface ProcessorDiagnosisContext extends DiagnosisContext {
  /** Those of its `capabilities` that some profile needs. */
  readonly capabilities: ReadonlySet<string>
}

/**
 * The processor port. `capabilities` are the strings of `recipeCapability` ("image/webp", "video/web_720p", …): what
 * it can make. Never given bytes that the gate has not verified.
 */
export interface Processor {
  /** "image", "av": low-cardinality, for events and errors. */
  readonly name: string
  /** What it can make, as `recipeCapability` names it. */
  readonly capabilities: ReadonlySet<string>
  /** Content types that it can probe. */
  readonly probes: ReadonlySet<string>
  /** Acquires what the work needs. Safe to repeat, also after `stop`. */
  start(context: ProcessorContext): Promise<void>
  /** Resolves when the work under way and every process of the processor have ended. Safe to repeat. */
  stop(): Promise<void>
  /**
   * Reads kind, dimensions, duration and tracks from the header. `limit_exceeded`, `corrupt_media`,
   * `unsupported_codec`; these three speak of bytes that were read, and of nothing else. Rejects with the reason of an
   * aborted signal, or with an error whose cause it is.
   */
  probe(source: SourceFile, options: ProbeOptions): Promise<ProbeResult>
  /**
   * Resolves when every requested variant had its outcome; rejects only when it could not begin, was aborted, or
   * `onOutcome` rejected. A fault of the source is the outcome of each variant. Within a second of an abort it rejects
   * with the reason, or with an error whose cause it is; nothing is written or called after that.
   */
  process(request: ProcessRequest): Promise<void>
  /**
   * Checks of the programs and libraries that it works with, each as soon as it is known, against what it is needed for.
   * Works before `start`. Rejecting is an error of the check that was on.
   */
  diagnose(context: ProcessorDiagnosisContext): AsyncIterable<Finding>
}
