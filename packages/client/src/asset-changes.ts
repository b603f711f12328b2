import { isClientError, RindleClientError } from './client-error.ts'
import { type Connection, request, requestJson } from './connection.ts'
import { readEvents } from './event-stream.ts'
import { pause, withRetries } from './retry.ts'
import type { WireAsset } from './wire.ts'

// The server sends the asset at once. If nothing comes, something on the way buffers the stream.
const FIRST_EVENT_TIMEOUT_MS = 10_000
// The server sends a comment every 15 s.
const SILENCE_TIMEOUT_MS = 45_000
const MAX_STREAM_FAILURES = 3
const FIRST_POLL_MS = 500
const MAX_POLL_MS = 5_000

/** The state of a watched asset. */
interface Watched {
  readonly connection: Connection
  readonly id: string
  readonly signal: AbortSignal | undefined
  asset: WireAsset | undefined
  lastEventId: string
  /** Failures in a row. */
  streamFailures: number
}

/**
 * Yields the asset now, and after each change until it is settled: from an event stream, or by polling where streams do
 * not get through. Ends with the settled asset. Throws {@link RindleClientError}, or the signal's reason.
 */
export async function* assetChanges(
  connection: Connection,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<WireAsset> {
  const watched: Watched = { connection, id, signal, asset: undefined, lastEventId: '', streamFailures: 0 }
  for (let quietRounds = 0; !watched.asset?.settled; quietRounds += 1) {
    for await (const asset of streamedChanges(watched)) {
      quietRounds = 0
      yield asset
    }
    if (watched.asset?.settled) return
    const asset = await readAsset(connection, id, signal)
    const isNews = JSON.stringify(asset) !== JSON.stringify(watched.asset)
    watched.asset = asset
    if (isNews) yield asset
    if (!asset.settled) await pause(pollDelayMs(quietRounds, Math.random()), signal)
  }
}

function pollDelayMs(quietRounds: number, random: number): number {
  return Math.min(MAX_POLL_MS, FIRST_POLL_MS * 2 ** quietRounds) * (0.5 + random / 2)
}

/** Yields the changes of one event stream until it ends; none if streams fail here, or too many are open. */
async function* streamedChanges(watched: Watched): AsyncGenerator<WireAsset> {
  const leave = watched.streamFailures < MAX_STREAM_FAILURES ? watched.connection.streams.tryEnter() : undefined
  if (leave === undefined) return
  try {
    for await (const event of readStream(watched)) {
      watched.asset = event.asset
      watched.lastEventId = event.id
      watched.streamFailures = 0
      yield event.asset
      if (event.asset.settled) return
    }
  } catch (error) {
    watched.signal?.throwIfAborted()
    if (isRefusal(error)) throw error
    watched.streamFailures += 1
  } finally {
    leave()
  }
}

/** One asset, as the server shows it now. Retries transient failures. */
export function readAsset(connection: Connection, id: string, signal: AbortSignal | undefined): Promise<WireAsset> {
  return withRetries(signal, () => requestJson(connection, { route: 'GET /assets/:id', params: { id }, signal }))
}

async function* readStream({
  connection,
  id,
  lastEventId,
  signal,
}: Watched): AsyncGenerator<{ readonly id: string; readonly asset: WireAsset }> {
  const silence = new AbortController()
  const streamSignal = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal])
  const giveUp = (): void => silence.abort(new RindleClientError('network_failed', { retryable: true }))
  let timer = setTimeout(giveUp, FIRST_EVENT_TIMEOUT_MS)
  try {
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) }
    const call = { route: 'GET /assets/:id/events', params: { id }, headers, signal: streamSignal } as const
    const response = await request(connection, call)
    if (response.body === null) return
    const onBytes = (): void => {
      clearTimeout(timer)
      timer = setTimeout(giveUp, SILENCE_TIMEOUT_MS)
    }
    for await (const event of readEvents(response.body, onBytes)) {
      yield { id: event.id, asset: JSON.parse(event.data) as WireAsset }
    }
  } finally {
    clearTimeout(timer)
    silence.abort()
  }
}

/** Whether the server would answer the same again. */
function isRefusal(error: unknown): boolean {
  return isClientError(error) && error.status !== undefined && !error.retryable
}
