import { addAbortSignal, PassThrough, Readable } from 'node:stream'
import type { BlobDownloadResponseParsed } from '@azure/storage-blob'
import { isRindleError, RindleError, type StoredObject } from '@rindle/core'
import { assertByteRange, etagDiffers, type GetOptions, type StoredBody } from '@rindle/core/adapter'
import { attempt } from './attempt.ts'
import { type AzureContainer, anyBlobOf } from './azure-container.ts'
import { headObject } from './head-object.ts'
import { isPastEnd, mapError } from './map-error.ts'
import { describeObject, objectMissing, quoteEtag } from './stored-object.ts'

/** Opens an object, or a range of it, as a stream that returns its connection at its end or when it is destroyed. */
export async function getObject(container: AzureContainer, key: string, options: GetOptions): Promise<StoredBody> {
  const { range, ifMatch, signal } = options
  if (range !== undefined) assertByteRange(range)
  const blob = anyBlobOf(container, key)
  const { start = 0, end } = range ?? {}
  try {
    const answer = await attempt(container, { operation: 'get', key }, signal, (abortSignal) =>
      blob.download(start, end === undefined ? undefined : end - start + 1, {
        abortSignal,
        ...(ifMatch === undefined ? {} : { conditions: { ifMatch: quoteEtag(ifMatch) } }),
        // The client would continue a broken body in silence; a caller that reads again says so.
        maxRetryRequests: 0,
      }),
    )
    return openAnswer(container, answer, key, signal)
  } catch (error) {
    // Azurite judges the condition before it looks for the object.
    if (!isPastEnd(error) && !isRindleError(error, 'storage_precondition_failed')) throw error
    return getNothing(container, key, options, error)
  }
}

/** The answer to a range that begins at or past the end of the object, or to a condition that it does not meet. */
async function getNothing(
  container: AzureContainer,
  key: string,
  { ifMatch, signal }: GetOptions,
  error: unknown,
): Promise<StoredBody> {
  const stored = await headObject(container, key, signal)
  if (stored === undefined) throw objectMissing(key)
  if (ifMatch !== undefined && stored.etag !== ifMatch) throw etagDiffers(key)
  if (!isPastEnd(error)) throw error
  return { ...stored, body: Readable.from([]) }
}

function openAnswer(
  { config }: AzureContainer,
  answer: BlobDownloadResponseParsed,
  key: string,
  signal: AbortSignal | undefined,
): StoredBody {
  const source = answer.readableStreamBody
  if (!(source instanceof Readable)) {
    throw new RindleError('storage_unavailable', `The service's answer for "${key}" has no body.`)
  }
  const body = new PassThrough()
  // The reader gets a broken connection as an error of Rindle, and a reader that leaves frees the connection.
  source.on('error', (error) => body.destroy(mapError(error, { operation: 'get', key }) as Error))
  body.on('close', () => source.destroy())
  // Without a listener, a connection that breaks before the reading begins would end the process. The reader sees it.
  body.on('error', () => {})
  failWhenIdle(source, body, config.timeoutMs, key)
  source.pipe(body)
  let stored: StoredObject
  try {
    stored = describeObject(key, answer)
  } catch (error) {
    body.destroy()
    throw error
  }
  return { ...stored, body: signal === undefined ? body : addAbortSignal(signal, body) }
}

/** Fails a body that carries no bytes for so long although its reader waits for some. */
function failWhenIdle(source: Readable, body: PassThrough, timeoutMs: number, key: string): void {
  const isLate = (): void => {
    if (body.writableNeedDrain) {
      timer.refresh()
      return
    }
    const message = `Azure storage, get of "${key}": no bytes for ${timeoutMs} ms; read it again.`
    body.destroy(new RindleError('storage_unavailable', message, { details: { operation: 'get', key } }))
  }
  const timer = setTimeout(isLate, timeoutMs)
  source.on('data', () => timer.refresh())
  for (const [stream, event] of [
    [source, 'end'],
    [body, 'close'],
  ] as const) {
    stream.on(event, () => clearTimeout(timer))
  }
}
