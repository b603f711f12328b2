import { RindleError } from '@rindle/core'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, h: 3_600, d: 86_400, w: 604_800 }

/** The time that `--since`, or another flag, names: an age (`90min`, `24h`, `7d`) or a date as ISO 8601 writes it. Pure. `invalid_input`. */
export function sinceOf(text: string | undefined, now: Date, flag = '--since'): Date | undefined {
  return timeOf(flag, text, now, -1)
}

/** The time that `--until` names: a time from now (`24h`, `90d`) or a date as ISO 8601 writes it. Pure. `invalid_input`. */
export function untilOf(text: string | undefined, now: Date): Date | undefined {
  return timeOf('--until', text, now, 1)
}

function timeOf(flag: string, text: string | undefined, now: Date, direction: -1 | 1): Date | undefined {
  if (text === undefined) return undefined
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? []
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN)
  const time = Number.isNaN(seconds) ? isoDate(text.trim()) : new Date(now.getTime() + direction * seconds * 1_000)
  if (!Number.isNaN(time.getTime())) return time
  throw new RindleError(
    'invalid_input',
    `${flag} must be ${direction < 0 ? 'an age' : 'a time from now'} such as 90min, 24h or 7d, or a date such as 2026-01-31 or 2026-01-31T08:00Z; not "${text}".`,
  )
}

/** Parses strictly: the guesses of `Date` depend on the machine, and it turns an impossible day into another. */
function isoDate(text: string): Date {
  const [, day = ''] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const midnight = new Date(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
  return new Date(isDay ? text : Number.NaN)
}
