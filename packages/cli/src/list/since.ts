import { RindleError } from '@rindle/core'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, min: 60, h: 3_600, d: 86_400, w: 604_800 }

/** The time that `--since`, or another flag, names: an age (`90min`, `24h`, `7d`) or a date as ISO 8601 writes it. Pure. `invalid_input`. */
export function sinceOf(text: string | undefined, now: Date, flag = '--since'): Date | undefined {
  if (text === undefined) return undefined
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim()) ?? []
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN)
  const since = Number.isNaN(seconds) ? isoDate(text.trim()) : new Date(now.getTime() - seconds * 1_000)
  if (!Number.isNaN(since.getTime())) return since
  throw new RindleError(
    'invalid_input',
    `${flag} must be an age such as 90min, 24h or 7d, or a date such as 2026-01-31 or 2026-01-31T08:00Z; not "${text}".`,
  )
}

/** Parses strictly: the guesses of `Date` depend on the machine, and it turns an impossible day into another. */
function isoDate(text: string): Date {
  const [, day = ''] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const midnight = new Date(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
  return new Date(isDay ? text : Number.NaN)
}
