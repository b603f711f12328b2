import type { JsonObject } from '../domain/errors.ts'
import type { ProbeResult, SourceFile } from './processor.ts'

/** The analyzer port: optional enrichment of an asset's `metadata` beyond the probe. */
export interface Analyzer {
  /** The key in `metadata` under which the result is kept: `[a-z0-9_]+`. */
  readonly name: string
  /** How long one analysis may take; afterwards it counts as a failure. @default 900000 (15 minutes) */
  readonly timeoutMs?: number
  /**
   * Given verified, probed bytes. A rejected promise says nothing about the file: it waits, with `analyzer_failed` and
   * the name as its reason, and is analysed again.
   */
  analyze(
    source: SourceFile,
    context: { readonly assetId: string; readonly probe: ProbeResult; readonly signal: AbortSignal },
  ): Promise<JsonObject>
}
