import { type Cue, readTime } from './cue.ts'
import { cleanCueLine } from './cue-text.ts'

// Every program writes it a little differently: short fields, a dot for the comma, no hours, coordinates at the end.
const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[,.](\d{1,3}))?`
const TIMES = new RegExp(`^\\s*${TIME}\\s*-->\\s*${TIME}(?:\\s.*)?$`)
// "{\an8}" and its older form "{\a6}" put a text at the top.
const AT_TOP = /\{\\(?:an[789]|a[567])\}/
const OVERRIDES = /\{\\[^{}]*\}/g

/**
 * Reads SubRip, which has no standard, as players do: whatever has no readable times, no text, or no time in which it
 * could be shown is left out. Line ends are `\n`. Pure.
 */
export function readSubRip(text: string): readonly Cue[] {
  const lines = text.split('\n')
  const starts = lines.flatMap((line, index) => (TIMES.test(line) ? [index] : []))
  return starts.flatMap((start, nth) => {
    const end = starts[nth + 1] ?? lines.length
    return cueOf(lines[start] ?? '', textBetween(lines, start + 1, end, nth + 1 < starts.length))
  })
}

/** The text of a cue, without the number of the next one. Empty lines within a text are no end of it. */
function textBetween(lines: readonly string[], from: number, to: number, isFollowed: boolean): readonly string[] {
  const isNumbered = isFollowed && /^\s*\d+\s*$/.test(lines[to - 1] ?? '') && to - 1 > from
  const isApart = isNumbered && (lines[to - 2] ?? '').trim() === ''
  return lines.slice(from, isApart ? to - 1 : to)
}

function cueOf(times: string, body: readonly string[]): readonly Cue[] {
  const [, h, m = '', s = '', f = '0', h2, m2 = '', s2 = '', f2 = '0'] = TIMES.exec(times) ?? []
  const [startMs, endMs] = [readTime(h, m, s, f), readTime(h2, m2, s2, f2)]
  if (startMs === null || endMs === null || endMs <= startMs) return []
  const lines = body.map((line) => cleanCueLine(line.replace(OVERRIDES, '')).trimEnd()).filter((line) => line !== '')
  if (lines.length === 0) return []
  return [{ startMs, endMs, id: '', settings: body.some((line) => AT_TOP.test(line)) ? 'line:0' : '', lines }]
}
