import { type Doorbell, doorbell, errorFields, isSettledState } from '@rindle/core/adapter'
import { assetView, versionOf } from './asset-view.ts'
import type { Call } from './call.ts'

const KEEP_ALIVE_MS = 15_000
const RETRY_MS = 2_000

/**
 * The changes of an asset as server-sent events. Reads the asset only as fast as the client reads: a slow client gets
 * the last state. Ends when the asset is settled or gone, and when the client goes away.
 */
export async function assetEvents(call: Call, assetId: string, seen: string | null): Promise<Response> {
  const cancelled = new AbortController()
  const signal = AbortSignal.any([call.request.signal, cancelled.signal])
  const bell = doorbell(signal)
  const end = await subscribe(call, assetId, bell)
  // Not every server cancels the body when the client goes away, but its request aborts.
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  const events = eventsOf(call, { assetId, seen, signal, bell })
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await events.next()
          if (done !== true) return controller.enqueue(encoder.encode(value))
          end()
          controller.close()
        } catch (error) {
          end()
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
      // nginx would buffer events.
      'x-accel-buffering': 'no',
    },
  })
}

/** Takes a place and rings the bell at every change. Returns the function that ends both, safe to repeat. */
async function subscribe(
  { rindle, streams, config, actorId }: Call,
  assetId: string,
  bell: Doorbell,
): Promise<() => void> {
  const leave = streams.enter(actorId)
  try {
    const subscription = await rindle.subscribe({ assetId }, bell.ring)
    return () => {
      leave()
      subscription.close().catch((error: unknown) => {
        config.logger.warn({ assetId, ...errorFields(error) }, 'A subscription could not be closed.')
      })
    }
  } catch (error) {
    leave()
    throw error
  }
}

interface Watched {
  readonly assetId: string
  /** The version that the client has. */
  readonly seen: string | null
  readonly signal: AbortSignal
  readonly bell: Doorbell
}

async function* eventsOf(
  { rindle, actor }: Call,
  { assetId, seen, signal, bell }: Watched,
): AsyncGenerator<string, void, undefined> {
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
    if (isSettledState(asset.state)) return
    while (!(await bell.rang(KEEP_ALIVE_MS))) yield ': keep-alive\n\n'
  }
}
