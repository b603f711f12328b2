/** One cue of a text track: a text with the time for which it is shown. */
export interface Cue {
  readonly startMs: number
  readonly endMs: number
  /** Empty: none. */
  readonly id: string
  /** As WebVTT writes them: "line:0 align:start". Empty: none. */
  readonly settings: string
  /** Safe markup of WebVTT, without empty lines. */
  readonly lines: readonly string[]
}

/**
 * Writes WebVTT: the blocks of styles and regions, then the cues in the order of their beginnings, as players expect
 * them. Pure.
 */
export function writeWebVtt(blocks: readonly string[], cues: readonly Cue[]): string {
  const ordered = cues.toSorted((a, b) => a.startMs - b.startMs)
  return ['WEBVTT', ...blocks, ...ordered.map(writeCue), ''].join('\n\n').replace(/\n+$/, '\n')
}

function writeCue({ startMs, endMs, id, settings, lines }: Cue): string {
  const times = `${writeTime(startMs)} --> ${writeTime(endMs)}${settings === '' ? '' : ` ${settings}`}`
  return [...(id === '' ? [] : [id]), times, ...lines].join('\n')
}

function writeTime(ms: number): string {
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map(twoDigits)
  return `${hours}:${minutes}:${seconds}.${String(ms % 1_000).padStart(3, '0')}`
}

function twoDigits(count: number): string {
  return String(Math.floor(count)).padStart(2, '0')
}

/** Milliseconds of hours, minutes, seconds and a fraction, as they are written; `null`: there is no such time. Pure. */
export function readTime(hours: string | undefined, minutes: string, seconds: string, fraction: string): number | null {
  if (Number(minutes) > 59 || Number(seconds) > 59) return null
  const wholeSeconds = Number(hours ?? 0) * 3_600 + Number(minutes) * 60 + Number(seconds)
  return wholeSeconds * 1_000 + Number(fraction.padEnd(3, '0'))
}
