import { formatNumber } from '../report.ts'
import type { SideSummary } from '../summary.ts'
import { escaped } from './escaped.ts'
import { type RecordedFigure, timesAsGood } from './figure.ts'

const WIDTH = 520
const ROW_HEIGHT = 20
const BAR_HEIGHT = 12
const HEADING_HEIGHT = 26
/** Room for the values at the right of the longest bar. */
const VALUE_WIDTH = 170
const LONGEST_BAR = WIDTH - VALUE_WIDTH

interface Bar {
  readonly label: string
  readonly side: SideSummary
  readonly times: number
  readonly fill: string
}

/** The figure as a heading says it. */
export interface Titled {
  readonly figure: RecordedFigure
  readonly title: string
}

/**
 * Draws figures as bars, each figure's own floor being 1: a longer bar is faster, or takes less. The colours are those
 * of the page, light or dark; outside of one, those of the text and a fixed one. Pure.
 */
export function drawBars(label: string, figures: readonly Titled[]): string {
  const groups = figures.map(({ figure, title }) => ({ figure, title, bars: barsOf(figure) }))
  const lengths = groups.flatMap(({ figure, bars }) => [timesOfBudget(figure), ...bars.map(({ times }) => times)])
  const longest = Math.max(1, ...lengths)
  const scale = LONGEST_BAR / longest
  let top = 0
  const parts = groups.flatMap(({ figure, title, bars }) => {
    const begin = top
    top += HEADING_HEIGHT + bars.length * ROW_HEIGHT
    return drawGroup({ figure, title, bars, begin, scale })
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + 4}" width="${WIDTH}" role="img" aria-label="${escaped(`${label}. ${figures.map(inWords).join(' ')}`)}" fill="currentColor" font-family="system-ui, sans-serif" font-size="12" style="max-width:100%;height:auto">`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function barsOf(figure: RecordedFigure): readonly Bar[] {
  const { against = 'floor', floor, rindle, peers = {} } = figure.samples
  const bar = (label: string, side: SideSummary, fill: string): Bar => {
    return { label, side, times: timesAsGood(figure, side), fill }
  }
  return [
    bar('Rindle', rindle, 'fill="var(--vp-c-brand-1, #0f8a8a)"'),
    bar(against, floor, 'fill-opacity="0.45"'),
    ...Object.entries(peers).map(([name, side]) => bar(name, side, 'fill-opacity="0.25"')),
  ]
}

interface Group extends Titled {
  readonly bars: readonly Bar[]
  readonly begin: number
  readonly scale: number
}

function drawGroup({ figure, title, bars, begin, scale }: Group): string[] {
  const budget = scale * timesOfBudget(figure)
  const rows = bars.flatMap(({ label, side, times, fill }, index) => {
    const y = begin + HEADING_HEIGHT + index * ROW_HEIGHT
    const length = Math.max(1, times * scale)
    // The first bar may end before the line of its budget, which would cross the value.
    const end = index === 0 ? Math.max(length, budget) : length
    const value = `${formatNumber(side.median)} ${figure.samples.unit}, ${label}`
    return [
      `<rect x="0" y="${y}" width="${length.toFixed(1)}" height="${BAR_HEIGHT}" rx="2" ${fill}/>`,
      `<text x="${(end + 6).toFixed(1)}" y="${y + 10}">${escaped(value)}</text>`,
    ]
  })
  const x = budget.toFixed(1)
  const bottom = begin + HEADING_HEIGHT + ROW_HEIGHT - 4
  const mark = `<line x1="${x}" x2="${x}" y1="${begin + HEADING_HEIGHT - 3}" y2="${bottom}" stroke="currentColor" stroke-width="2"/>`
  return [`<text x="0" y="${begin + 18}" font-weight="600">${escaped(title)}</text>`, ...rows, mark]
}

/** The budget as a part of the floor's bar. */
function timesOfBudget({ budget, samples: { better } }: RecordedFigure): number {
  return better === 'higher' ? budget : 1 / budget
}

/** The same for those who cannot see it. */
function inWords({ figure, title }: Titled): string {
  const { unit } = figure.samples
  const sides = barsOf(figure).map(({ label, side }) => `${label} ${formatNumber(side.median)} ${unit}`)
  return `${title}: ${sides.join(', ')}.`
}
