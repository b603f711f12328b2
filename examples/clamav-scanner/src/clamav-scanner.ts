import { once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Scanner } from '@rindle/core'

/** Options of {@link clamavScanner}. */
export interface ClamavScannerOptions {
  /** The address of clamd: `{ path: '/run/clamav/clamd.ctl' }` or `{ host, port }`. */
  readonly socket: NetConnectOpts
  /** How long one scan may take. @default 60000 */
  readonly timeoutMs?: number
  /** What to do if clamd does not answer on the job's last attempt. @default 'closed' */
  readonly failMode?: 'closed' | 'open'
}

/**
 * A scanner that streams each upload to clamd (its INSTREAM command), with bounded memory. A found signature rejects
 * the upload. If clamd is away, or refuses the size (its `StreamMaxLength`), the scanner fails: it is retried, and then
 * `failMode` decides. `StreamMaxLength` must be at least the profile's `maxBytes`.
 */
export function clamavScanner(options: ClamavScannerOptions): Scanner {
  const { socket: target, timeoutMs = 60_000, failMode = 'closed' } = options
  return {
    name: 'clamav',
    failMode,
    async scan({ open, signal }) {
      const socket = connect(target)
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`clamd was silent for ${timeoutMs} ms.`)))
      const stop = (): void => void socket.destroy(new Error('The scan was stopped.'))
      signal.addEventListener('abort', stop, { once: true })
      try {
        return verdictOf(await ask(socket, await open()))
      } finally {
        signal.removeEventListener('abort', stop)
        socket.destroy()
      }
    },
  }
}

/** clamd may answer, and end the connection, before everything is sent: its answer counts, not the broken pipe. */
async function ask(socket: Socket, body: Readable): Promise<string> {
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  const closed = once(socket, 'close')
  const results = await Promise.allSettled([closed, pipeline(body, instream, socket)])
  if (answer !== '') return answer
  const failure = results.find((result) => result.status === 'rejected')
  throw failure?.reason instanceof Error ? failure.reason : new Error('clamd gave no answer.')
}

/** The INSTREAM form: chunks with their length in front, and an empty one at the end (clamd(8)). */
async function* instream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('zINSTREAM\0')
  for await (const chunk of chunks) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(chunk.byteLength)
    yield length
    yield chunk
  }
  yield Buffer.alloc(4)
}

function verdictOf(answer: string): { accepted: true } | { accepted: false; reason: string } {
  const line = answer.replace(/\0/g, '').trim()
  if (line === 'stream: OK') return { accepted: true }
  const found = /^stream: (.+) FOUND$/.exec(line)
  if (found !== null) return { accepted: false, reason: `ClamAV found ${found[1]}.` }
  throw new Error(`clamd could not scan: ${line}`)
}
