import type { MediaInput } from './media-input.ts'
import type { KnownFacts } from './read-media.ts'
import type { RunContext } from './run-context.ts'

/** Everything that making one variant needs besides its recipe. */
export interface VariantWork {
  /** The name of the variant. */
  readonly name: string
  readonly input: MediaInput
  readonly facts: KnownFacts
  /** The path of the output. */
  readonly path: string
  readonly maxPixels: number
  readonly context: RunContext
  /** Receives the part that is done, from 0 to about 1. */
  readonly onProgress: (part: number) => void
}
