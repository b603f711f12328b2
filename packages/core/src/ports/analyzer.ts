import type { JsonObject } from '../domain/errors.ts'
import type { ProbeResult, SourceFile } from './processor.ts'

/** The analyzer port: optional enrichment of an asset's `metadata` beyond the probe. */
export interface Analyzer {
  /** The key in `metadata` under which the result is kept: `[a-z0-9_]+`. */
  readonly name: string
  /** Given verified, probed bytes. A rejected promise is tried again with the promote job. */
  analyze(
    source: SourceFile,
    context: { readonly assetId: string; readonly probe: ProbeResult; readonly signal: AbortSignal },
  ): Promise<JsonObject>
}
