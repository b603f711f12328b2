import { setTimeout as delay } from 'node:timers/promises'
import type { Figures } from '../alternate.ts'
import { quantile } from '../summary.ts'

const LEAST_IDLE_MS = 15
const MORE_IDLE_MS = 20

/**
 * Latencies of `count` jobs, one after the other with a pause between, so that the worker is idle each time.
 *
 * @param commitOne commits a job and returns the times at which its COMMIT was sent and at which it began
 */
export async function measureLatency(
  count: number,
  commitOne: () => Promise<{ readonly committedAt: number; readonly startedAt: number }>,
): Promise<Figures> {
  const latenciesMs: number[] = []
  for (let job = 0; job < count; job += 1) {
    await delay(LEAST_IDLE_MS + Math.random() * MORE_IDLE_MS)
    const { committedAt, startedAt } = await commitOne()
    latenciesMs.push(startedAt - committedAt)
  }
  return { ms: latenciesMs, p99Ms: [quantile(latenciesMs, 0.99)] }
}
