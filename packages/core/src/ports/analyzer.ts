import type { JsonObject } from '../domain/errors.ts'
import type { ProbeResult, SourceFile } from './processor.ts'

/** The analyzer port: optional enrichment of an asset's `metadata` beyond the probe. */
export interface Analyzer {
  /** The key in `metadata` that holds the result: `[a-z0-9_]+`. */
  readonly name: string
  /** The time limit of one analysis; after it, the analysis counts as failed. @default 900000 (15 minutes) */
  readonly timeoutMs?: number
  /**
   * Receives verified, probed bytes. A rejection says nothing about the file: the file waits, with `analyzer_failed`
   * and the name as its reason, and is analysed again.
   */
  analyze(
    source: SourceFile,
    context: { readonly assetId: string; readonly probe: ProbeResult; readonly signal: AbortSignal },
  ): Promise<JsonObject>
}
