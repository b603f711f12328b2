import { type Connection, requestJson } from './connection.ts'
import { withRetries } from './retry.ts'
import type { Focus, WireAsset } from './wire.ts'

/** Sets the focal point of an asset. Retries transient failures, because twice is as good as once. */
export function setFocus(
  connection: Connection,
  id: string,
  focus: Focus | null,
  signal: AbortSignal | undefined,
): Promise<WireAsset> {
  return withRetries(signal, () =>
    requestJson(connection, { route: 'POST /assets/:id/focus', params: { id }, body: { focus }, signal }),
  )
}
