import { escaped } from './escaped.ts'
import type { RecordedFigure } from './figure.ts'

const WIDTH = 520
const HEIGHT = 300
const EDGE = { left: 16, right: 230, top: 28, bottom: 40 } as const
const LABEL_LEFT = WIDTH - EDGE.right + 24
const LABEL_HEIGHT = 17
const COST_MARKS = [50, 100, 200, 500, 1000, 2000, 5000] as const
const EFFORT = /^effort \d$/

interface Point {
  readonly label: string
  readonly cpuMs: number
  /** Relative to the encoder's default. */
  readonly bytes: number
  readonly isDefault: boolean
}

/**
 * Draws what AVIF settings cost for the same quality: CPU time to the right, on a logarithmic scale, and bytes up. The
 * efforts are joined by a line. Pure.
 */
export function drawCurve(cpu: RecordedFigure, bytes: RecordedFigure): string {
  const points = pointsOf(cpu, bytes)
  const x = scaleOf(
    points.map(({ cpuMs }) => Math.log(cpuMs)),
    EDGE.left,
    WIDTH - EDGE.right,
  )
  const y = scaleOf(
    points.map((point) => point.bytes),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  )
  const at = ({ cpuMs, bytes: share }: Point): readonly [string, string] => [
    x(Math.log(cpuMs)).toFixed(1),
    y(share).toFixed(1),
  ]
  const efforts = points.filter(({ label }) => EFFORT.test(label)).toSorted((a, b) => a.cpuMs - b.cpuMs)
  const words = points.map((point) => `${point.label}: ${point.cpuMs.toFixed(0)} ms, ${percent(point)}.`)
  const label = `AVIF at equal quality, CPU time of a picture of 1,024 pixels and bytes beside effort 4. ${words.join(' ')}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${escaped(label)}" fill="currentColor" font-family="system-ui, sans-serif" font-size="12" style="max-width:100%;height:auto">`,
    ...COST_MARKS.filter((ms) => isInside(x(Math.log(ms)))).flatMap((ms) => markOf(x(Math.log(ms)).toFixed(1), ms)),
    `<text x="${EDGE.left}" y="${HEIGHT - 4}">CPU ms a picture</text>`,
    `<text x="0" y="12">bytes at equal SSIM</text>`,
    `<polyline points="${efforts.map((point) => at(point).join(',')).join(' ')}" fill="none" stroke="currentColor" stroke-opacity="0.45"/>`,
    ...points.map((point) => drawPoint(point, at(point))),
    ...labelsOf(points.map((point) => ({ point, at: at(point) }))),
    '</svg>',
    '',
  ].join('\n')
}

function pointsOf(cpu: RecordedFigure, bytes: RecordedFigure): readonly Point[] {
  const { floor, rindle, against = '', peers = {} } = cpu.samples
  const of = (label: string, cpuMs: number, kilobytes: number, isDefault = false): Point => {
    return { label, cpuMs, bytes: kilobytes / bytes.samples.floor.median, isDefault }
  }
  return [
    of('effort 2', rindle.median, bytes.samples.rindle.median, true),
    of(against, floor.median, bytes.samples.floor.median),
    ...Object.entries(peers).map(([name, { median }]) => of(name, median, bytes.samples.peers?.[name]?.median ?? 0)),
  ]
}

type Place = readonly [string, string]

function drawPoint({ isDefault }: Point, [x, y]: Place): string {
  const fill = isDefault ? ' fill="var(--vp-c-brand-1, #0f8a8a)"' : ''
  return `<circle cx="${x}" cy="${y}" r="${isDefault ? 6 : 4}"${fill}/>`
}

/** The names in a column, each as high as its point where none is in the way, with a line to it. */
function labelsOf(placed: readonly { readonly point: Point; readonly at: Place }[]): string[] {
  const sorted = placed.toSorted((one, other) => Number(one.at[1]) - Number(other.at[1]))
  let free = 0
  return sorted.flatMap(({ point, at: [x, y] }, index) => {
    const below = (sorted.length - index - 1) * LABEL_HEIGHT
    const middle = Math.max(free, Math.min(Number(y), HEIGHT - EDGE.bottom - below))
    free = middle + LABEL_HEIGHT
    const { label, isDefault } = point
    const name = isDefault ? `${label}, the default` : label
    const line = `x1="${x}" y1="${y}" x2="${LABEL_LEFT - 4}" y2="${middle.toFixed(1)}"`
    const weight = isDefault ? ' font-weight="600"' : ''
    return [
      `<line ${line} stroke="currentColor" stroke-opacity="0.25"/>`,
      `<text x="${LABEL_LEFT}" y="${(middle + 4).toFixed(1)}"${weight}>${escaped(name)}, ${percent(point)}</text>`,
    ]
  })
}

function markOf(x: string, ms: number): string[] {
  const bottom = HEIGHT - EDGE.bottom
  return [
    `<line x1="${x}" x2="${x}" y1="${EDGE.top}" y2="${bottom}" stroke="currentColor" stroke-opacity="0.15"/>`,
    `<text x="${x}" y="${bottom + 16}" text-anchor="middle">${ms}</text>`,
  ]
}

function percent({ bytes }: Point): string {
  const more = (bytes - 1) * 100
  return `${more < 0 ? '−' : '+'}${Math.abs(more).toFixed(1)} %`
}

function isInside(x: number): boolean {
  return x >= EDGE.left && x <= WIDTH - EDGE.right
}

/** Maps the range of values to a range of the picture. */
function scaleOf(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return (value) => (high === low ? from : from + ((value - low) / (high - low)) * (to - from))
}
