import { createHistogram } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { type Figures, figure } from './alternate.ts'
import type { Side } from './side.ts'

/** One request of a load. */
export interface LoadRequest {
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A load on one side. */
export interface Load {
  readonly port: number
  readonly requests: readonly LoadRequest[]
  readonly seconds: number
  /** The status of every answer. */
  readonly status: number
}

/** Clients that ask at once, each as soon as it has its answer. */
export const CONNECTIONS = 20

/** Loads a side for a while. Returns its answers a second, the slowest hundredth of them, and its CPU time for each. */
export async function loadByAll(side: Side, { port, requests, seconds, status }: Load): Promise<Figures> {
  // Discards the CPU time so far.
  await side.round()
  // The load's own figures are whole milliseconds, which cannot tell 3.4 from 4.1.
  const microseconds = createHistogram()
  const { duration, statusCodeStats, errors, timeouts } = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration: seconds,
    requests: requests.map((request) => ({ method: 'GET', ...request })),
    setupClient: (client) => {
      discardBodies(client)
      client.on('response', (_status, _bytes, ms) => microseconds.record(Math.max(1, Math.round(ms * 1_000))))
    },
  })
  const [cpuMs = 0] = figure(await side.round(), 'cpuMs')
  const answered = Object.entries(statusCodeStats ?? {})
  const others = answered.filter(([code]) => Number(code) !== status)
  if (others.length > 0 || errors > 0 || timeouts > 0) {
    throw new Error(`Not every answer was ${status}: ${JSON.stringify(statusCodeStats)}, ${errors} errors.`)
  }
  const count = answered.reduce((sum, [, { count: each = 0 }]) => sum + each, 0)
  return { perSecond: [count / duration], p99: [microseconds.percentile(99) / 1_000], cpuMs: [cpuMs / count] }
}

/**
 * The load makes a text of each body, which for 10 KB of a picture takes it longer than the servers need for the whole answer:
 * their figures were its own.
 */
function discardBodies(client: object): void {
  Object.assign((client as { readonly pipelinedRequests: object }).pipelinedRequests, { addBody: () => {} })
}
