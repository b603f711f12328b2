import type { Machine } from '../machine.ts'
import type { SideSummary } from '../summary.ts'

/** A recorded figure: a line of a history. */
export interface RecordedFigure {
  readonly recordedAt: string
  readonly commit: string | null
  readonly name: string
  readonly ratio: number
  readonly budget: number
  readonly samples: {
    readonly unit: string
    readonly better: 'lower' | 'higher'
    readonly against?: string
    readonly floor: SideSummary
    readonly rindle: SideSummary
    readonly peers?: Readonly<Record<string, SideSummary>>
  }
  readonly machine: Machine
}

/** The latest figure of each name, in the order of the lines. Pure. */
export function latestFigures(lines: string): readonly RecordedFigure[] {
  const latest = new Map<string, RecordedFigure>()
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const figure = JSON.parse(line) as RecordedFigure
    const known = latest.get(figure.name)
    if (known === undefined || known.recordedAt <= figure.recordedAt) latest.set(figure.name, figure)
  }
  return [...latest.values()]
}

/** How many times as good as the floor: above 1 is better, whether more or less of the unit is. Pure. */
export function timesAsGood({ samples: { better, floor } }: RecordedFigure, side: SideSummary): number {
  return better === 'higher' ? side.median / floor.median : floor.median / side.median
}
