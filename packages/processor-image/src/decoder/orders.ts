import type { SourceFile } from '@rindle/core'
import type { MediaLimits } from '@rindle/core/adapter'
import type { VariantFiles } from '../application-files.ts'
import type { PlannedVariant } from '../decode-plan.ts'
import type { Size } from '../geometry.ts'
import type { SourceFacts } from '../source-facts.ts'
import type { AddedDecoder } from './added-decoder.ts'
import type { ApplicationFaultCode } from './application-fault.ts'
import type { Picture } from './picture.ts'
import type { RefusalCode } from './refusal.ts'

/** A source whose header was read, and how to decode it. */
export interface DecodeInput {
  readonly source: SourceFile
  readonly facts: SourceFacts
  readonly limits: MediaLimits
  readonly timeoutSeconds: number
}

/** A variant to make, and where. */
export interface VariantOrder {
  readonly variant: PlannedVariant
  readonly path: string
  readonly files: VariantFiles
}

/** A variant to make from a source. */
export interface RenderOrder extends VariantOrder {
  readonly input: DecodeInput
}

/** A verdict of the decoder itself: about bytes of the source, or about a file of the application. */
export type VerdictCode = RefusalCode | ApplicationFaultCode

/** A file that was written and read back. */
export interface Rendered {
  /** The size that it must have; `null`: as planned. */
  readonly size: Size | null
  readonly picture: Picture
  readonly byteSize: number
}

/** The versions of sharp. */
export interface Versions {
  readonly sharp: string
  readonly vips: string
  /** Whether this build of it decodes HEIC. */
  readonly decodesHevc: boolean
}

/** Whether to accept pictures that are cut off at their end, where browsers show them. */
export type Truncated = 'accept' | 'reject'

/** Output formats. */
export type Format = PlannedVariant['recipe']['format']

/** The orders that a decoder process takes: by kind, with input and answer. */
export interface Orders {
  readonly read_picture: { readonly given: SourceFile; readonly answer: Picture }
  /** Decodes to pixels of that size, and keeps them. */
  readonly decode_base: { readonly given: { input: DecodeInput; size: Size }; readonly answer: null }
  readonly render_from_base: { readonly given: RenderOrder; readonly answer: Rendered }
  readonly render_from_source: { readonly given: RenderOrder; readonly answer: Rendered }
  /** The ThumbHash of a source, in base64. */
  readonly thumb_hash: { readonly given: DecodeInput; readonly answer: string }
  readonly forget_base: { readonly given: null; readonly answer: null }
  readonly tell_versions: { readonly given: null; readonly answer: Versions }
  /** Whether this build can make a small picture in this format. */
  readonly try_format: { readonly given: Format; readonly answer: boolean }
  /** Loads a decoder besides sharp, by its name, and tells its version. */
  readonly try_decoder: { readonly given: string; readonly answer: string }
}

/** The kinds of {@link Orders}. */
export type OrderKind = keyof Orders

/** From the application. */
export interface Order<Kind extends OrderKind = OrderKind> {
  readonly id: number
  readonly kind: Kind
  readonly given: Orders[Kind]['given']
}

/**
 * From a decoder process. `failure` is the text of sharp's error, which is all that sharp gives, or of a verdict of the
 * decoder itself.
 */
export type FromDecoder =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly failure: string; readonly verdict: VerdictCode | null }
  | { readonly type: 'out_of_memory'; readonly residentBytes: number }

/** The settings of a decoder process, as one JSON argument. It holds no secret. */
export interface DecoderSettings {
  /** Loaders for files of other types are off. */
  readonly acceptedTypes: readonly string[]
  /** Resident memory above which the process ends itself. */
  readonly maxMemoryBytes: number
  /** Whether to accept pictures that are cut off at their end. */
  readonly truncated: Truncated
  /** Decoders besides sharp, each for some accepted type. */
  readonly decoders: readonly AddedDecoder[]
}
