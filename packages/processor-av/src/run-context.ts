import type { AvProcessorConfig } from './options.ts'
import type { Toolchain } from './toolchain.ts'

/** The context that every run of FFmpeg needs. */
export interface RunContext {
  readonly toolchain: Toolchain
  readonly config: AvProcessorConfig
  /** The working directory, which also holds temporary files. */
  readonly directory: string
  readonly signal?: AbortSignal
}
