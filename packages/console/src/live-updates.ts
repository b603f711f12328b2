import type { Rindle } from '@rindle/core'
import type { Call } from './call.ts'
import { numbersOf } from './numbers.ts'
import { Refused } from './refused.ts'
import { SECURITY_HEADERS } from './respond.ts'

const EVERY_MS = 3_000
/** Open pages of one process. */
const MOST_STREAMS = 200

interface Watch {
  readonly listeners: Set<(text: string) => void>
  timer: NodeJS.Timeout | undefined
  mark: string
}

const watches = new WeakMap<Rindle, Watch>()

const CHANGED = 'event: changed\ndata:\n\n'

/**
 * Server-sent events: `changed`, whenever a row has changed that a page shows, and whenever numbers were read since
 * those of the page (`of`). One question every three seconds serves all open pages of the process; it reads the ends of
 * two indexes.
 */
export function liveUpdates({ rindle, request, query }: Call): Response {
  const watch = watches.get(rindle) ?? { listeners: new Set(), timer: undefined, mark: '' }
  watches.set(rindle, watch)
  if (watch.listeners.size >= MOST_STREAMS) throw new Refused(503, 'Too many pages are open. This one is not updated.')
  const encoder = new TextEncoder()
  let close = (): void => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => controller.enqueue(encoder.encode(text))
      const numbers = numbersOf(rindle)
      const forget = numbers.onRead(() => send(CHANGED))
      close = () => {
        forget()
        watch.listeners.delete(send)
        if (watch.listeners.size === 0) {
          clearInterval(watch.timer)
          watch.timer = undefined
        }
      }
      const end = (): void => {
        close()
        controller.close()
      }
      if (request.signal.aborted) return end()
      request.signal.addEventListener('abort', end, { once: true })
      watch.listeners.add(send)
      watch.timer ??= setInterval(() => void tell(rindle, watch), EVERY_MS).unref()
      send('retry: 5000\n\n')
      // Numbers that were read while the page was on its way.
      if (query.has('of') && query.get('of') !== String(numbers.version)) send(CHANGED)
    },
    cancel: () => close(),
  })
  return new Response(body, {
    headers: { ...SECURITY_HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  })
}

async function tell(rindle: Rindle, watch: Watch): Promise<void> {
  const mark = await readMark(rindle)
  const isChanged = watch.mark !== '' && mark !== watch.mark
  watch.mark = mark
  // A comment keeps proxies from closing a quiet stream.
  for (const send of watch.listeners) send(isChanged ? CHANGED : ':\n\n')
}

async function readMark({ prisma }: Rindle): Promise<string> {
  try {
    const [row] = await prisma.$queryRaw<{ mark: string }[]>`
      select concat_ws(' ', (select max(updated_at) from rindle.media_assets),
        (select max(updated_at) from rindle.media_variants), (select max(finished_at) from rindle.media_processing_runs)) as mark`
    return row?.mark ?? ''
  } catch {
    // The database is away: the page itself says so when it is next loaded, and the stream goes on.
    return ''
  }
}
