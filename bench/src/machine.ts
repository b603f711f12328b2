import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** The machine of the figures. A type, so that it is plain JSON. */
export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  readonly node: string
  /** Of one minute, when the bench began: above the number of cores, others were working, too. */
  readonly loadAverage: number
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  }
}
