import type { MediaInput } from './media-input.ts'
import type { KnownFacts } from './read-media.ts'
import type { RunContext } from './run-context.ts'

/** What making one variant needs besides its recipe. */
export interface VariantWork {
  /** Of the variant. */
  readonly name: string
  readonly input: MediaInput
  readonly facts: KnownFacts
  /** Where the output goes. */
  readonly path: string
  readonly maxPixels: number
  readonly context: RunContext
  /** The part that is done, from 0 to about 1. */
  readonly onProgress: (part: number) => void
}
