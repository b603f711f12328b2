import { type Connection, requestJson } from './connection.ts'
import { withRetries } from './retry.ts'
import type { WireAddTrack, WireAsset } from './wire.ts'

/** Adds a text track. Sends it once: a repetition would add another one. */
export function addTrack(
  connection: Connection,
  id: string,
  body: WireAddTrack,
  signal: AbortSignal | undefined,
): Promise<WireAsset> {
  return requestJson(connection, { route: 'POST /assets/:id/tracks', params: { id }, body, signal })
}

/** Removes a text track. Retries transient failures, because twice is as good as once. */
export function removeTrack(
  connection: Connection,
  id: string,
  trackId: string,
  signal: AbortSignal | undefined,
): Promise<WireAsset> {
  const route = 'DELETE /assets/:id/tracks/:trackId'
  return withRetries(signal, () => requestJson(connection, { route, params: { id, trackId }, signal }))
}
