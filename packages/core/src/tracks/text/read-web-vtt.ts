import { type Cue, readTime } from './cue.ts'
import { cleanCueLine } from './cue-text.ts'
import { trackProblem } from './track-problem.ts'

/** A file of WebVTT, read. */
export interface WebVtt {
  /** Its styles and regions. */
  readonly blocks: readonly string[]
  readonly cues: readonly Cue[]
}

const TIME = String.raw`(?:(\d{2,3}):)?(\d{2}):(\d{2})\.(\d{3})`
const TIMES = new RegExp(`^[\\t ]*${TIME}[\\t ]*-->[\\t ]*${TIME}(?:[\\t ]+(.*))?$`)
const SETTING = /^(?:vertical|line|position|size|align|region):[\w.,%-]+$/
// A style sheet of a page could load files with these, and end its own element.
const LOADS = /url\s*\(|@|<|\\/i

/** A run of lines between empty ones. */
interface Block {
  /** The number of its first line, from 1. */
  readonly line: number
  readonly lines: readonly string[]
}

/** Whether a text is meant as WebVTT: it begins so. Pure. */
export function isWebVtt(text: string): boolean {
  return /^WEBVTT(?:[\t\n ]|$)/.test(text)
}

/**
 * Reads WebVTT whose line ends are `\n`. A cue that players would leave out is an error that names the line, instead of a
 * silent loss. Comments and the rest of the header are left out. `invalid_input`. Pure.
 */
export function readWebVtt(text: string): WebVtt {
  const blocks: string[] = []
  const cues: Cue[] = []
  for (const block of blocksOf(text)) {
    const [first = ''] = block.lines
    const arrow = block.lines.findIndex((line) => line.includes('-->'))
    const isNoCue = block.line === 1 || /^NOTE(?:[\t ]|$)/.test(first)
    if (isNoCue && arrow !== -1) throw trackProblem('an empty line is missing before this cue', block.line + arrow)
    if (isNoCue) continue
    if (arrow === -1 && /^(?:STYLE|REGION)[\t ]*$/.test(first)) blocks.push(definitionOf(block))
    else cues.push(cueOf(block, arrow))
  }
  return { blocks, cues }
}

function* blocksOf(text: string): Generator<Block> {
  let lines: string[] = []
  let at = 0
  for (const line of text.split('\n')) {
    at += 1
    if (line !== '') lines.push(line)
    else if (lines.length > 0) {
      yield { line: at - lines.length, lines }
      lines = []
    }
  }
  if (lines.length > 0) yield { line: at - lines.length + 1, lines }
}

function definitionOf({ line, lines }: Block): string {
  const loads = lines.findIndex((each) => LOADS.test(each))
  if (loads > 0) throw trackProblem('a STYLE or REGION may not contain url(), "@", "<" or "\\"', line + loads)
  return lines.join('\n')
}

function cueOf({ line, lines }: Block, at: number): Cue {
  if (at === -1) throw trackProblem('a cue needs a line of times such as "00:01.000 --> 00:04.000"', line)
  if (at > 1) throw trackProblem('a cue has at most one line before its times; is there an empty line missing?', line)
  const times = TIMES.exec(lines[at] ?? '')
  if (times === null) throw trackProblem('the times of a cue are written as "00:00:01.000 --> 00:00:04.000"', line + at)
  const [, h, m = '', s = '', f = '', h2, m2 = '', s2 = '', f2 = '', settings = ''] = times
  const [startMs, endMs] = [readTime(h, m, s, f), readTime(h2, m2, s2, f2)]
  if (startMs === null || endMs === null) throw trackProblem('minutes and seconds are at most 59', line + at)
  if (endMs <= startMs) throw trackProblem('the cue ends before it has begun', line + at)
  const nested = lines.findIndex((each, index) => index > at && each.includes('-->'))
  if (nested !== -1) throw trackProblem('an empty line is missing before the times of the next cue', line + nested)
  return {
    startMs,
    endMs,
    id: at === 1 ? (lines[0] ?? '') : '',
    settings: settings
      .split(/[\t ]+/)
      .filter((setting) => SETTING.test(setting))
      .join(' '),
    // An empty line would end the cue.
    lines: lines
      .slice(at + 1)
      .map(cleanCueLine)
      .filter((each) => each !== ''),
  }
}
