import type { Readable } from 'node:stream'

/** What a scanner is given: verified by magic bytes, not yet decoded by anything. */
export interface ScanInput {
  readonly assetId: string
  readonly profile: string
  readonly contentType: string
  readonly byteSize: number
  /** The sanitised name that the client gave. */
  readonly filename: string
  /** Opens the bytes anew; must be read to the end or destroyed. */
  readonly open: () => Promise<Readable>
  readonly signal: AbortSignal
}

/** A scanner's word. A rejection quarantines the asset, with this reason. */
export type ScanVerdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string }

/** The scanner port: an optional malware or policy check at the gate. */
export interface Scanner {
  /** Low-cardinality, for error reasons. */
  readonly name: string
  /**
   * What happens when the scanner itself cannot do its work: `closed` lets the file wait, without limit, until it is
   * scanned; `open` lets it pass unscanned on the job's third attempt.
   * @default 'closed'
   */
  readonly failMode?: 'closed' | 'open'
  /** How long one scan may take; afterwards it counts as a failure of the scanner. @default 900000 (15 minutes) */
  readonly timeoutMs?: number
  /**
   * A rejected promise is a failure of the scanner, not a verdict: the file waits, with `scanner_failed` and the name as
   * its reason, and is scanned again. Once the signal is aborted for the end of its worker it is not even that: the file
   * is scanned by whoever gets the job.
   */
  scan(input: ScanInput): Promise<ScanVerdict>
}
