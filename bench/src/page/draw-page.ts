import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatNumber } from '../report.ts'
import { drawBars, type Titled } from './draw-bars.ts'
import { drawCurve } from './draw-curve.ts'
import { latestFigures, type RecordedFigure } from './figure.ts'
import { GROUPS } from './groups.ts'

const REPOSITORY = join(import.meta.dirname, '../../..')

/** The record of the figures that the documentation shows, a line for each: `bench --record` writes it. */
export const RECORD: string = join(REPOSITORY, 'bench/record.jsonl')

/** The parts of the page, from recorded figures: files of `docs/drawn` by their names. Pure. */
function drawnFiles(figures: readonly RecordedFigure[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const sections: string[] = []
  for (const { file, heading, remark, titles } of GROUPS) {
    const shown = Object.entries(titles).flatMap(([name, title]): Titled[] => {
      const figure = figures.find((each) => each.name === name)
      return figure === undefined ? [] : [{ figure, title }]
    })
    if (shown.length === 0) continue
    files.set(`${file}.svg`, drawBars(heading, shown))
    sections.push(sectionOf(heading, remark, file))
  }
  const [cpu, bytes] = ['avif/cpu', 'avif/bytes'].map((name) => figures.find((each) => each.name === name))
  if (cpu !== undefined && bytes !== undefined) files.set('avif.svg', drawCurve(cpu, bytes))
  files.set('pictures.md', `${sections.join('\n\n')}\n`)
  files.set('figures.md', tableOf(figures))
  return files
}

/** Draws the page's parts again from the record. Returns the names of the files. */
export async function drawPage(): Promise<readonly string[]> {
  const files = drawnFiles(latestFigures(await readFile(RECORD, 'utf8')))
  const directory = join(REPOSITORY, 'docs/drawn')
  await mkdir(directory, { recursive: true })
  for (const [name, text] of files) await writeFile(join(directory, name), text)
  return [...files.keys()]
}

/** A part of the page. The picture stands in it as it is, because it takes its colours from the page. */
function sectionOf(heading: string, remark: string | undefined, file: string): string {
  const figure = `<figure class="bars">\n<!--@include: ./${file}.svg-->\n</figure>`
  return [`## ${heading}`, ...(remark === undefined ? [] : [remark]), figure].join('\n\n')
}

/** Every recorded figure, with its day and its machine. */
function tableOf(figures: readonly RecordedFigure[]): string {
  const rows = figures.map(({ name, ratio, budget, samples, recordedAt, machine }) => {
    const { unit, better, against = 'floor', floor, rindle } = samples
    const cells = [
      `\`${name}\``,
      `${formatNumber(rindle.median)} ${unit}`,
      `${against}: ${formatNumber(floor.median)} ${unit}`,
      `${ratio.toFixed(2)} (${better === 'lower' ? '≤' : '≥'} ${budget.toFixed(2)})`,
      `${recordedAt.slice(0, 10)}, load ${machine.loadAverage.toFixed(1)}`,
    ]
    return `| ${cells.join(' | ')} |`
  })
  const heading = ['| figure | Rindle | against | ratio (budget) | recorded |', '|---|---|---|---|---|']
  return [...heading, ...rows, '', `${machinesOf(figures)}\n`].join('\n')
}

function machinesOf(figures: readonly RecordedFigure[]): string {
  const machines = figures.map(({ machine: { cpu, cores, memoryBytes, platform, node } }) => {
    const memory = Math.round(memoryBytes / 1024 ** 3)
    return `${cpu}, ${cores} cores, ${memory} GiB, ${platform}, Node ${node}`
  })
  return `Recorded on: ${[...new Set(machines)].join('; ')}. Load: of the minute before the bench; above the number of cores others were working, too.`
}
