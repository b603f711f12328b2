import type { Readable } from 'node:stream'

/** The input of a scanner: verified by magic bytes, not decoded yet. */
export interface ScanInput {
  readonly assetId: string
  readonly profile: string
  readonly contentType: string
  readonly byteSize: number
  /** The client's name for the file, sanitised. */
  readonly filename: string
  /** Opens the bytes again; read the stream to its end or destroy it. */
  readonly open: () => Promise<Readable>
  readonly signal: AbortSignal
}

/** A scanner's decision. A rejection quarantines the asset, with this reason. */
export type ScanVerdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string }

/** The scanner port: an optional malware or policy check at the gate. */
export interface Scanner {
  /** Low-cardinality, for error reasons. */
  readonly name: string
  /**
   * Decides about a file when the scanner itself fails. `closed` keeps the file waiting, without limit, until a scan
   * works; `open` lets it pass unscanned on the job's third attempt.
   * @default 'closed'
   */
  readonly failMode?: 'closed' | 'open'
  /** The time limit of one scan; after it, the scanner counts as failed. @default 900000 (15 minutes) */
  readonly timeoutMs?: number
  /**
   * A rejection is a failure of the scanner, not a verdict: the file waits, with `scanner_failed` and the name as its
   * reason, and is scanned again. A rejection after the signal was aborted for a stopping worker is not even a failure:
   * the next worker of the job scans the file.
   */
  scan(input: ScanInput): Promise<ScanVerdict>
}
