import { type Figures, figure } from './alternate.ts'
import { type RepeatOptions, readRepeatedly } from './read-repeatedly.ts'
import type { Side } from './side.ts'

/** How many clients read at once. */
export const CLIENTS = 10

/** Lets all clients read a side's file, and returns its answers a second and its CPU time for each. */
export async function readByAll(side: Side, reading: RepeatOptions): Promise<Figures> {
  // Discards the CPU time so far.
  await side.round()
  const begin = performance.now()
  await Promise.all(Array.from({ length: CLIENTS }, () => readRepeatedly(reading)))
  const count = CLIENTS * reading.times
  const seconds = (performance.now() - begin) / 1_000
  const [cpuMs = 0] = figure(await side.round(), 'cpuMs')
  return { perSecond: [count / seconds], cpuMs: [cpuMs / count] }
}
