import type { Measurement } from './bench.ts'

/** The figures of one side. */
export interface SideSummary {
  readonly median: number
  readonly minimum: number
  readonly maximum: number
}

/** A measurement with its verdict. */
export interface Summary {
  readonly name: string
  /** Rindle's median over the floor's. */
  readonly ratio: number
  /** The same ratio at worst, or at least if more is better. */
  readonly budget: number
  readonly floor: SideSummary
  readonly rindle: SideSummary
  /** By name; empty if there are none. */
  readonly peers: Readonly<Record<string, SideSummary>>
  readonly isWithinBudget: boolean
}

/** Judges a measurement by its budget, or by `budgetOverride` instead. Pure. */
export function summarize(measurement: Measurement, budgetOverride?: number): Summary {
  const floor = summarizeSide(measurement.floor)
  const rindle = summarizeSide(measurement.rindle)
  const ratio = rindle.median / floor.median
  const budget = budgetOverride ?? measurement.budget.ratio(floor.median)
  const isWithinBudget = measurement.better === 'lower' ? ratio <= budget : ratio >= budget
  const peers = Object.fromEntries(
    Object.entries(measurement.peers ?? {}).map(([name, values]) => [name, summarizeSide(values)]),
  )
  return { name: measurement.name, ratio, budget, floor, rindle, peers, isWithinBudget }
}

/** Median, minimum and maximum of at least one number. Pure. */
export function summarizeSide(values: readonly number[]): SideSummary {
  if (values.length === 0) throw new Error('A bench gave no figures.')
  return { median: quantile(values, 0.5), minimum: Math.min(...values), maximum: Math.max(...values) }
}

/** The value below which this part of the values lies, interpolated between neighbours. Pure. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * part
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}
