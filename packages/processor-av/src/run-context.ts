import type { AvProcessorConfig } from './options.ts'
import type { Toolchain } from './toolchain.ts'

/** What every run of FFmpeg needs to know. */
export interface RunContext {
  readonly toolchain: Toolchain
  readonly config: AvProcessorConfig
  /** Where it runs, and where files of its own go. */
  readonly directory: string
  readonly signal?: AbortSignal
}
