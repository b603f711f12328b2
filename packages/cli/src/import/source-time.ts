/**
 * Reads a time of a database as text: "2026-11-29 14:14:06.019584", with or without a zone. Without one it is the time
 * on a clock in `timeZone`. `undefined` for anything else. Pure.
 */
export function sourceTime(text: string | null | undefined, timeZone = 'UTC'): Date | undefined {
  const [, day, time, zone = ''] =
    /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(text ?? '') ?? []
  if (day === undefined || time === undefined) return undefined
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')
  const at = new Date(`${day}T${time.slice(0, 12)}${offset === '' ? 'Z' : offset}`)
  if (Number.isNaN(at.getTime())) return undefined
  return zone === '' && timeZone !== 'UTC' ? fromClock(at, timeZone) : at
}

/** The moment at which a clock in the zone shows what a clock in UTC shows at `shown`. */
function fromClock(shown: Date, timeZone: string): Date {
  const first = shown.getTime() - offsetMs(shown.getTime(), timeZone)
  // Once more with the offset of that moment: another one may hold there.
  return new Date(shown.getTime() - offsetMs(first, timeZone))
}

function offsetMs(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return local - Math.floor(at / 1_000) * 1_000
}
