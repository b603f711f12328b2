import type { CheckStatus, DoctorCheck, DoctorReport } from '@rindle/core'
import { counted } from '@rindle/core/adapter'
import wrapAnsi from 'wrap-ansi'
import type { Output } from '../io.ts'
import { printable } from '../printable.ts'
import { redact } from '../redact.ts'
import type { Style } from '../style.ts'

const LABELS: Readonly<Record<CheckStatus, string>> = { ok: 'OK', warn: 'WARN', error: 'ERROR' }
const COLOURS: Readonly<Record<CheckStatus, (style: Style, text: string) => string>> = {
  ok: (style, text) => style.good(text),
  warn: (style, text) => style.pending(text),
  error: (style, text) => style.bad(text),
}

/** `[OK] id (component) summary`, and below a warning or an error `  Fix: …`; wrapped where a person reads it. */
export function checkLines(
  { id, component, status, summary, fix }: DoctorCheck,
  style: Style,
  output: Pick<Output, 'isTTY' | 'columns'>,
): readonly string[] {
  const label = COLOURS[status](style, `[${LABELS[status]}]`)
  const lines = wrapped(`${label} ${id} (${component}) ${safe(summary)}`, output, '')
  return fix === undefined ? lines : [...lines, ...wrapped(`Fix: ${safe(fix)}`, output, '  ')]
}

/** `27 checks: 25 ok, 1 warning, 1 error.` */
export function countsLine({ ok, warn, error }: DoctorReport['counts']): string {
  const parts = [`${ok} ok`, counted(warn, 'warning'), counted(error, 'error')]
  return `${counted(ok + warn + error, 'check')}: ${parts.join(', ')}.`
}

/** Escapes the text of servers, which may hold anything. */
function safe(text: string): string {
  return redact(printable(text))
}

/** Lines after the first are indented by two more. */
function wrapped(text: string, output: Pick<Output, 'isTTY' | 'columns'>, indent: string): readonly string[] {
  if (output.isTTY !== true) return [indent + text]
  const width = Math.max(20, (output.columns ?? 80) - indent.length - 2)
  return wrapAnsi(text, width)
    .split('\n')
    .map((line, index) => `${indent}${index === 0 ? '' : '  '}${line}`)
}
