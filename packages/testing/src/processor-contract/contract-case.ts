import type { Processor, Recipe, SourceFile } from '@rindle/core'
import type { ProbeResult } from '@rindle/core/adapter'
import type { VariantRecipes } from '../variant-outcomes.ts'

/** A processor under test, used by one case alone, and files for it, which cases only read. */
export interface ProcessorSubject {
  /** Not started: each case starts it. */
  readonly processor: Processor
  /** A sound file, in a directory that nothing writes to. The smaller it is, the faster the cases. */
  readonly source: SourceFile
  /**
   * The probe's result for `source`: the cases compare `kind` and the dimensions, and `durationMs` to a tenth of a second;
   * limits are set just below them. `null` if the processor does not probe files of that type.
   */
  readonly facts: ProbeResult | null
  /** Two variants of `source` or more; their recipes may be equal. The case about equal bytes makes each of them twice. */
  readonly recipes: VariantRecipes
  /** Work that takes ten seconds or more, for the cases that abort it; `null` if no work of the processor does. */
  readonly slow: { readonly source: SourceFile; readonly recipe: Recipe } | null
  /** A file whose bytes are damaged beyond use; `null` if the processor accepts any bytes. */
  readonly damaged: SourceFile | null
}

/** One promise of the processor port, as a check that rejects when a processor breaks it. */
export interface ProcessorContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  /** Why the case does not apply to a subject; `undefined` if it does. */
  readonly reasonToSkip?: (subject: ProcessorSubject) => string | undefined
  readonly run: (subject: ProcessorSubject) => Promise<void>
}

/** Options of the processor contract. */
export interface ProcessorContractOptions {
  /**
   * How long one case may take.
   * @default 60000
   */
  readonly timeoutMs?: number
}
