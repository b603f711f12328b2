import type { Measurement } from './bench.ts'
import type { Machine } from './machine.ts'
import { type SideSummary, type Summary, summarizeSide } from './summary.ts'

/** A measurement with its verdict. */
export interface Judged {
  readonly measurement: Measurement
  readonly summary: Summary
  /** A quick run is not judged. */
  readonly isJudged: boolean
}

/** One line of JSON, for programs. */
export function toJson({ measurement, summary }: Judged, machine: Machine): string {
  const { unit, better, against } = measurement
  const { name, ratio, budget, floor, rindle, peers } = summary
  const others = Object.keys(peers).length === 0 ? {} : { peers }
  const compared = against === undefined ? {} : { against }
  return JSON.stringify({
    name,
    ratio,
    budget,
    samples: { unit, better, ...compared, floor, rindle, ...others },
    machine,
  })
}

/** A small table, for people. Without a verdict if the figures are not judged. */
export function toTable({ measurement, summary, isJudged }: Judged): string {
  const { cpu, unit } = measurement
  const cpuHeading = cpu === undefined ? [] : [`CPU ms/${cpu.item}`]
  const rows = [
    ['', `median ${unit}`, 'min', 'max', ...cpuHeading],
    [measurement.against ?? 'floor', ...cells(summary.floor), ...cpuCell(cpu?.floorMs)],
    ['rindle', ...cells(summary.rindle), ...cpuCell(cpu?.rindleMs)],
    ...Object.entries(summary.peers).map(([name, peer]) => [name, ...cells(peer)]),
  ]
  return [measurement.name, ...align(rows), `  ${verdict(measurement, summary, isJudged)}`, ''].join('\n')
}

/** All figures of a run, a line each. */
export function toSummary(all: readonly Judged[]): string {
  const rows = all.map(({ measurement: { name, unit, better, against = 'floor' }, summary, isJudged }) => [
    name,
    `${formatNumber(summary.rindle.median)} ${unit}`,
    `${against} ${formatNumber(summary.floor.median)}`,
    summary.ratio.toFixed(3),
    `${better === 'lower' ? '≤' : '≥'} ${summary.budget.toFixed(3)}`,
    verdictWord(summary, isJudged),
  ])
  return ['Summary', ...align([['', 'rindle', 'against', 'ratio', 'budget', ''], ...rows])].join('\n')
}

function verdict({ budget, better }: Measurement, summary: Summary, isJudged: boolean): string {
  const bound = better === 'lower' ? 'at most' : 'at least'
  const words = `ratio ${summary.ratio.toFixed(3)}, budget ${bound} ${summary.budget.toFixed(3)} (${budget.words})`
  return `${words}: ${verdictWord(summary, isJudged)}`
}

function verdictWord({ isWithinBudget }: Summary, isJudged: boolean): string {
  if (!isJudged) return 'not judged in a quick run'
  return isWithinBudget ? 'OK' : 'MISSED'
}

function cells({ median, minimum, maximum }: SideSummary): string[] {
  return [median, minimum, maximum].map(formatNumber)
}

function cpuCell(values: readonly number[] | undefined): string[] {
  return values === undefined ? [] : [formatNumber(summarizeSide(values).median)]
}

/** A number with as many digits as mean something. Pure. */
export function formatNumber(value: number): string {
  if (value >= 1000) return value.toFixed(0)
  return value >= 100 ? value.toFixed(1) : value.toPrecision(3)
}

function align(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) => {
    const [label = '', ...rest] = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `  ${[label, ...rest].join('  ')}`.trimEnd()
  })
}
