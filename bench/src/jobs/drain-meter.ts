import type { Figures } from '../alternate.ts'
import { cpuMeter } from '../cpu-meter.ts'

/** Counts jobs from the first to the last. */
export interface DrainMeter {
  /** Called for each job, `count` times. */
  readonly done: () => void
  readonly drained: Promise<Figures>
}

/** The rate is reported for this many parts of a backlog. */
const PARTS = 20

/**
 * Jobs per second between the first and the last of `count` (2 or more), so that the start-up time of the workers does
 * not count; the same for each twentieth, in the order of time.
 */
export function drainMeter(count: number): DrainMeter {
  const { promise, resolve } = Promise.withResolvers<Figures>()
  const perPart = Math.max(1, Math.floor(count / PARTS))
  const partsPerSecond: number[] = []
  let doneCount = 0
  let begin = 0
  let partBegin = 0
  let cpu = cpuMeter()
  const done = (): void => {
    doneCount += 1
    if (doneCount === 1) {
      begin = performance.now()
      partBegin = begin
      cpu = cpuMeter()
    }
    if (doneCount % perPart === 0) {
      const now = performance.now()
      partsPerSecond.push((perPart * 1000) / (now - partBegin))
      partBegin = now
    }
    if (doneCount !== count) return
    const seconds = (performance.now() - begin) / 1000
    resolve({ perSecond: [(count - 1) / seconds], cpuMs: [cpu() / (count - 1)], partsPerSecond })
  }
  return { done, drained: promise }
}
