import type { Json } from '../domain/errors.ts'
import type { FilePiece } from '../domain/file-pieces.ts'
import type { MetadataRemoval } from '../domain/original-metadata.ts'
import type { AnyRecipeKind } from '../domain/recipe-kind.ts'
import type { AssetKind } from '../domain/states.ts'
import type { DiagnosisContext, Finding } from './diagnosis.ts'

/** A file on this machine's disk, with bytes that the gate has verified. */
export interface SourceFile {
  readonly path: string
  /** The content type, judged by the bytes. */
  readonly contentType: string
  readonly byteSize: number
}

/** Limits of the profile, enforced on headers before a full decode. */
export interface MediaLimits {
  /** The largest width × height × frames for a decoder. */
  readonly maxPixels: number
  readonly maxDurationMs?: number
}

/** The facts that the bytes state. Dimensions are as displayed: orientation and rotation are applied. */
export interface ProbeResult {
  readonly kind: AssetKind
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly hasVideoTrack?: boolean
  readonly hasAudioTrack?: boolean
  /** Untrusted facts of the container; core cleans and cuts them before it stores them. */
  readonly metadata?: { readonly [key: string]: Json }
}

/** Options of {@link Processor.probe}. */
export interface ProbeOptions {
  /** Upper limits for the header's values. */
  readonly limits: MediaLimits
  /** Ends the probe. */
  readonly signal?: AbortSignal
}

/** Options of {@link Processor.thumbHash}. */
export interface ThumbHashOptions {
  /** Upper limits for the header's values. */
  readonly limits: MediaLimits
  /** Ends the work. */
  readonly signal: AbortSignal
}

/** Options of {@link Processor.extractSubtitles}. */
export interface ExtractOptions {
  /** Upper limits for the header's values. */
  readonly limits: MediaLimits
  /** A private, empty directory; the caller removes it afterwards. */
  readonly directory: string
  /** Ends the work. */
  readonly signal: AbortSignal
}

/** One text subtitle track of a source. Untrusted: core checks its text, and cleans the rest. */
export type ExtractedSubtitles = {
  /** The number of its stream in the source. */
  readonly index: number
  /** Its language as the source names it; `null`: the source does not say. */
  readonly lang: string | null
  /** Its title in the source; `null`: it has none. */
  readonly title: string | null
  /** Whether players show it by themselves. */
  readonly isDefault: boolean
  /** Whether it has only what players show even without subtitles, such as signs in another language. */
  readonly isForced: boolean
  /** Whether it also tells of sounds. */
  readonly isCaptions: boolean
} & (
  | { /** A file of SubRip or WebVTT in the directory. */ readonly path: string }
  | { /** Why this track alone cannot be read. */ readonly error: Error }
)

/** Options of {@link MetadataRemover.remove}. */
export interface RemoveMetadataOptions {
  /** What is to go. */
  readonly removal: MetadataRemoval
  /** Ends the work. */
  readonly signal: AbortSignal
}

/** Removes the metadata of originals without loss: decoded, the file is the same as before. */
export interface MetadataRemover {
  /** The content types of which it removes metadata. */
  readonly contentTypes: ReadonlySet<string>
  /**
   * Returns the file without the metadata as pieces, in order: ranges of the source, and other bytes between them. Core
   * reads and stores them. `strip_location` removes every place, and maker notes, because vendors put places there.
   * `strip` removes everything but the colour profile and the orientation. Repeating it on its own result changes
   * nothing. Its memory does not grow with the file. `metadata_not_removable` where the format keeps metadata in a form
   * that cannot be removed without loss; `corrupt_media` for a file that ends early or contradicts itself. Both speak of
   * bytes that were read, and of nothing else.
   */
  remove(source: SourceFile, options: RemoveMetadataOptions): Promise<readonly FilePiece[]>
}

/** One variant to make. `R`: the options of the processor's kinds of recipe. */
export interface VariantRequest<R = unknown> {
  readonly name: string
  /** The recipe's options, every default filled in, with its kind. */
  readonly recipe: R
  /** The content type that the output is to have; `null`: the processor decides. */
  readonly contentType: string | null
}

/** One finished output in the run directory; core moves it into storage and then ignores the file. */
export interface ProcessedOutput {
  readonly path: string
  readonly contentType: string
  readonly byteSize: number
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly metadata?: { readonly [key: string]: Json }
}

/** The outcome of one requested variant. */
export type VariantOutcome =
  | { readonly name: string; readonly output: ProcessedOutput }
  | { readonly name: string; readonly error: Error }

/**
 * Work for a processor: several variants of one source, so that they can share one read and few decodes. `R`: the
 * options of the processor's kinds of recipe ({@link OptionsOf}).
 */
export interface ProcessRequest<R = unknown> {
  readonly source: SourceFile
  readonly variants: readonly VariantRequest<R>[]
  /**
   * Recipes of the asset's other variants of the same class of work, which exist already. A variant must have the same
   * bytes whether it is made beside them or alone, so that a lost one can be made again. @default none
   */
  readonly siblings?: readonly R[]
  readonly limits: MediaLimits
  /** A private, empty directory; the caller removes it afterwards. */
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

/** The instance's facts for its processors at start. */
export interface ProcessorContext {
  /** Every content type that some profile accepts; a processor may switch off other decoders. */
  readonly acceptedTypes: ReadonlySet<string>
}

/** The context of a processor's self-check. */
export interface ProcessorDiagnosisContext extends DiagnosisContext {
  /** The processor's `capabilities` that the recipes of some profile need. */
  readonly capabilities: ReadonlySet<string>
  /** The processor's `probes` that some profile accepts. */
  readonly acceptedTypes: ReadonlySet<string>
}

/**
 * The processor port: makes variants by the kinds of recipe that it brings. It receives only bytes that the gate has
 * verified. {@link defineProcessor} makes one from less.
 */
export interface Processor {
  /** "image", "av": low-cardinality, for events and errors. */
  readonly name: string
  /** The kinds of recipe that it makes. It gets no other. */
  readonly recipes: readonly AnyRecipeKind[]
  /** The capabilities of its recipes ({@link RecipeFacts}) that it has: work that needs another one is left waiting. */
  readonly capabilities: ReadonlySet<string>
  /** The content types that it can probe. */
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
   * Makes the ThumbHash of a picture, of some 21 bytes, in base64: `thumbhash` of npm, from at most 100 × 100 pixels. The
   * picture has a type of `probes`: it is an original, or the output of any processor. Rejects as `probe` does. Never
   * called by `onOutcome` of a `process` that waits for it. Leave it out if the processor cannot; pages then show no
   * placeholder. @default none
   */
  thumbHash?(picture: SourceFile, options: ThumbHashOptions): Promise<string>
  /**
   * Extracts every text subtitle track of a source, in the order of the source; pictures of text are no text. A damaged
   * track is an entry with an error. Rejects as `probe` does. Leave it out if the processor reads no films. @default none
   */
  extractSubtitles?(source: SourceFile, options: ExtractOptions): Promise<readonly ExtractedSubtitles[]>
  /** Removes the metadata of originals for profiles that want it. Leave it out if the processor cannot. @default none */
  readonly metadataRemover?: MetadataRemover
  /**
   * Checks the programs and libraries that it uses against the capabilities in need, and yields each finding as soon as
   * it is known. Works before `start`. A rejection counts as an error of the current check.
   */
  diagnose(context: ProcessorDiagnosisContext): AsyncIterable<Finding>
}
