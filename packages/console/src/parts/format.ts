import { type Html, html } from './html.ts'

const NUMBERS = new Intl.NumberFormat('en')
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** `1,204,318`. */
export function count(value: number | bigint): string {
  return NUMBERS.format(value)
}

/** `1.2M`, for an axis. */
export function compact(value: number): string {
  return value < 1_000 ? String(value) : COMPACT.format(value)
}

/** `3.6 MB`; a dash for an unknown size. */
export function size(bytes: number | bigint | null): string {
  if (bytes === null) return '–'
  let value = Number(bytes)
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? NUMBERS.format(Math.round(value)) : value.toFixed(1)} ${UNITS[unit]}`
}

/** `8.4 s`, `27 min`, `3 h`, `2 d`; a dash for an unknown time. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–'
  if (seconds < 0.95) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** `3024 × 4032`; nothing for what has no size on a screen. */
export function dimensions(of: { readonly width: number | null; readonly height: number | null }): string {
  return of.width === null || of.height === null ? '' : `${of.width} × ${of.height}`
}

/** `1 asset`, `2 assets`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** A time relative to now, with the absolute one in its title; the script keeps it current. */
export function ago(time: Date | null, now: Date): Html {
  if (time === null) return html`<span class="dim">never</span>`
  const seconds = (now.getTime() - time.getTime()) / 1000
  const words = seconds >= 0 ? `${duration(Math.max(1, seconds))} ago` : `in ${duration(Math.max(1, -seconds))}`
  return html`<time datetime="${time.toISOString()}" title="${absolute(time)}" data-relative>${words}</time>`
}

/** A time as it stands: `2026-03-18 21:12:04 UTC`. */
export function at(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${absolute(time)}</time>`
}

/** `2026-03-18 21:12:04 UTC`. Pure. */
export function absolute(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** The end of an id, which tells ids apart; the whole one is its title. */
export function shortId(id: string): Html {
  return html`<code title="${id}">…${id.slice(-8)}</code>`
}

/** A name of a report as words: "sessionsFound" is "Sessions found". Pure. */
export function spoken(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** The numbers of a report in words: `runs found 12, runs deleted 12`; without those that are 0. Pure. */
export function numberWords(numbers: Readonly<Record<string, unknown>> | null): string {
  const some = Object.entries(numbers ?? {}).filter((entry): entry is [string, number] => Number(entry[1]) > 0)
  return some.map(([name, value]) => `${spoken(name).toLowerCase()} ${count(value)}`).join(', ')
}
