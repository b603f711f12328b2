import type { Measurement } from './bench.ts'
import type { Machine } from './machine.ts'
import { type SideSummary, type Summary, summarizeSide } from './summary.ts'

/** One line of JSON: what a program reads. */
export function toJson({ unit, better }: Measurement, summary: Summary, machine: Machine): string {
  const { name, ratio, budget, floor, rindle } = summary
  return JSON.stringify({ name, ratio, budget, samples: { unit, better, floor, rindle }, machine })
}

/** A small table: what a person reads. Without a verdict when the figures are not judged. */
export function toTable(measurement: Measurement, summary: Summary, isJudged: boolean): string {
  const { cpu, unit } = measurement
  const cpuHeading = cpu === undefined ? [] : [`CPU ms/${cpu.item}`]
  const rows = [
    ['', `median ${unit}`, 'min', 'max', ...cpuHeading],
    ['floor', ...cells(summary.floor), ...cpuCell(cpu?.floorMs)],
    ['rindle', ...cells(summary.rindle), ...cpuCell(cpu?.rindleMs)],
  ]
  return [measurement.name, ...align(rows), verdict(measurement, summary, isJudged), ''].join('\n')
}

function verdict({ budget, better }: Measurement, summary: Summary, isJudged: boolean): string {
  const bound = better === 'lower' ? 'at most' : 'at least'
  const words = `ratio ${summary.ratio.toFixed(3)}, budget ${bound} ${summary.budget.toFixed(3)} (${budget.words})`
  const verdictWord = summary.isWithinBudget ? 'OK' : 'MISSED'
  return `  ${words}: ${isJudged ? verdictWord : 'not judged in a quick run'}`
}

function cells({ median, minimum, maximum }: SideSummary): string[] {
  return [median, minimum, maximum].map(formatNumber)
}

function cpuCell(values: readonly number[] | undefined): string[] {
  return values === undefined ? [] : [formatNumber(summarizeSide(values).median)]
}

function formatNumber(value: number): string {
  if (value >= 1000) return value.toFixed(0)
  return value >= 100 ? value.toFixed(1) : value.toPrecision(3)
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => {
    const [label = '', ...rest] = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `  ${[label, ...rest].join('  ')}`.trimEnd()
  })
}
