import { styleText } from 'node:util'
import type { Io, Output } from './io.ts'

/** Colours for text on a terminal; elsewhere the text stays plain. */
export interface Style {
  good(text: string): string
  bad(text: string): string
  pending(text: string): string
  faint(text: string): string
  strong(text: string): string
}

/** The style of a stream: plain unless it is a terminal that shows colours and `NO_COLOR` is unset. */
export function styleOf(output: Output, env: Io['env']): Style {
  const isColoured = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      isColoured ? styleText(format, text, { validateStream: false }) : text
  return {
    good: paint('green'),
    bad: paint('red'),
    pending: paint('yellow'),
    faint: paint('dim'),
    strong: paint('bold'),
  }
}

/** A state in its colour: done, failed, or under way. */
export function stateIn(style: Style, state: string): string {
  if (state === 'ready' || state === 'succeeded' || state === 'completed' || state === 'delivered')
    return style.good(state)
  if (['failed', 'quarantined', 'rejected', 'degraded', 'cancelled', 'missing', 'dead'].includes(state))
    return style.bad(state)
  return style.pending(state)
}
