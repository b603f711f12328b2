import type { Readable } from 'node:stream'
import type { Asset } from '../domain/entities.ts'
import { errorSentence } from '../domain/error-text.ts'
import { RindleError } from '../domain/errors.ts'
import { type Runtime, storageOf } from '../kernel/runtime.ts'
import type { RunningJob } from '../ports/jobs.ts'
import type { Scanner, ScanVerdict } from '../ports/scanner.ts'
import { withinTime } from './within-time.ts'

/** An asset whose bytes have told the gate their type. */
export type ScannedAsset = Pick<Asset, 'id' | 'profile' | 'storage' | 'storageKey' | 'filename'> & {
  readonly contentType: string
  readonly byteSize: number
}

/**
 * Returns a scanner's decision on an asset's bytes. A failed scanner decides nothing: `scanner_failed`, and nothing
 * passes unscanned, unless its profile lets it fail open; then the file passes on the last attempt. An error of the
 * storage meanwhile is thrown as the storage's own error.
 */
export async function runScanner(
  runtime: Runtime,
  scanner: Scanner,
  asset: ScannedAsset,
  job: RunningJob,
): Promise<ScanVerdict> {
  const source = new ScannedSource(runtime, asset)
  const { name, timeoutMs } = scanner
  try {
    return await withinTime((signal) => scan(scanner, asset, source, signal), { timeoutMs, signal: job.signal })
  } catch (error) {
    // A scan that ends with its worker or its claim is no failure of the scanner.
    if (job.signal.aborted) throw error
    if (source.failure !== undefined) throw source.failure
    const message = `The scanner ${name} could not do its work on asset ${asset.id}: ${errorSentence(error)}`
    if (job.isLastAttempt && scanner.failMode === 'open') {
      runtime.logger.warn(
        { assetId: asset.id, scanner: name, code: 'scanner_failed', error: errorSentence(error) },
        'A scanner failed open.',
      )
      return { accepted: true }
    }
    const details = { reason: `scanner_failed:${name}`, scanner: name }
    throw new RindleError('scanner_failed', message, { details, cause: error })
  }
}

async function scan(
  scanner: Scanner,
  asset: ScannedAsset,
  source: ScannedSource,
  signal: AbortSignal,
): Promise<ScanVerdict> {
  const { id, profile, contentType, byteSize, filename } = asset
  const open = (): Promise<Readable> => source.open(signal)
  const verdict: unknown = await scanner.scan({ assetId: id, profile, contentType, byteSize, filename, open, signal })
  if (isScanVerdict(verdict)) return verdict
  throw new TypeError('It returned neither `{ accepted: true }` nor `{ accepted: false, reason }`.')
}

/** A scanner is code of the application: its result is checked before anything relies on it. */
function isScanVerdict(verdict: unknown): verdict is ScanVerdict {
  if (typeof verdict !== 'object' || verdict === null || !('accepted' in verdict)) return false
  return verdict.accepted === true || (verdict.accepted === false && 'reason' in verdict)
}

/** The bytes that a scanner reads, and an error on their way, which is no failure of the scanner. */
class ScannedSource {
  readonly #runtime: Runtime
  readonly #asset: ScannedAsset
  failure: Error | undefined

  constructor(runtime: Runtime, asset: ScannedAsset) {
    this.#runtime = runtime
    this.#asset = asset
  }

  /** Opens the bytes; the stream ends with `signal`, even if the scanner has not read everything. */
  async open(signal: AbortSignal): Promise<Readable> {
    const { storage, storageKey } = this.#asset
    try {
      const { body } = await storageOf(this.#runtime, storage).get(storageKey, { signal })
      body.once('error', (error) => this.#note(error, signal))
      return body
    } catch (error) {
      this.#note(error, signal)
      throw error
    }
  }

  #note(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return
    this.failure ??= error instanceof Error ? error : new Error(errorSentence(error))
  }
}
