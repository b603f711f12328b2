import { assetView, isSettled, versionOf } from './asset-view.ts'
import type { Call } from './call.ts'
import { doorbell } from './doorbell.ts'

const KEEP_ALIVE_MS = 15_000
const RETRY_MS = 2_000

/**
 * The changes of an asset as server-sent events. Written only as the client reads: of what changes meanwhile it gets
 * the last state, from one read. Ends when the asset is settled or gone, and when the client goes away.
 */
export function assetEvents(call: Call, assetId: string, seen: string | null): Response {
  const leave = call.streams.enter()
  const cancelled = new AbortController()
  const signal = AbortSignal.any([call.request.signal, cancelled.signal])
  const events = eventsOf(call, assetId, seen, signal)
  const end = (): void => {
    leave()
    events.return().catch((error: unknown) => {
      call.config.logger.warn({ assetId, error: String(error) }, 'A subscription could not be closed.')
    })
  }
  // Not every server cancels the body of a client that has gone, but then its request aborts.
  signal.addEventListener('abort', end, { once: true })
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next()
          if (done !== true) return controller.enqueue(encoder.encode(value))
          leave()
          controller.close()
        } catch (error) {
          leave()
          throw error
        }
      },
      cancel: () => cancelled.abort(),
    },
    { highWaterMark: 0 },
  )
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
    },
  })
}

async function* eventsOf(
  { rindle, actor }: Call,
  assetId: string,
  seen: string | null,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const bell = doorbell(signal)
  // Before the first read, so that no change falls between the two.
  const subscription = await rindle.subscribe({ assetId }, bell.ring)
  try {
    yield `retry: ${RETRY_MS}\n\n`
    let sent = seen
    while (!signal.aborted) {
      const asset = await rindle.asset(assetId)
      if (asset === null) return
      const version = versionOf(asset)
      if (version !== sent) {
        yield `event: asset\nid: ${version}\ndata: ${JSON.stringify(await assetView(rindle, asset, actor))}\n\n`
        sent = version
      }
      if (isSettled(asset)) return
      while (!(await bell.rang(KEEP_ALIVE_MS))) yield ': keep-alive\n\n'
    }
  } finally {
    await subscription.close()
  }
}
