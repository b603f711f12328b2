import type { Figures } from '../alternate.ts'
import { cpuMeter } from '../cpu-meter.ts'

/** Counts jobs from the first to the last. */
export interface DrainMeter {
  /** Called for each job, `count` times. */
  readonly done: () => void
  readonly drained: Promise<Figures>
}

/**
 * Jobs per second between the first and the last of `count` (2 or more), so that it does not matter how long the
 * workers took to start.
 */
export function drainMeter(count: number): DrainMeter {
  const { promise, resolve } = Promise.withResolvers<Figures>()
  let doneCount = 0
  let begin = 0
  let cpu = cpuMeter()
  const done = (): void => {
    doneCount += 1
    if (doneCount === 1) {
      begin = performance.now()
      cpu = cpuMeter()
    }
    if (doneCount !== count) return
    const seconds = (performance.now() - begin) / 1000
    resolve({ perSecond: [(count - 1) / seconds], cpuMs: [cpu() / (count - 1)] })
  }
  return { done, drained: promise }
}
