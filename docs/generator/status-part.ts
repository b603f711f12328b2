import { STATUS_CLASSES, STATUS_DEFAULTS } from '@rindle/core'
import { code, prose, table } from './markdown.ts'

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
] as const

/** The classes of the status, from the table that the status uses. */
export function statusPart(): string {
  const rows = STATUS_CLASSES.map((statusClass) => {
    const { severity, thresholdSeconds, advice, command } = STATUS_DEFAULTS[statusClass]
    return [code(statusClass), severity, ageText(thresholdSeconds), prose(advice), code(command)]
  })
  return table(['class', 'severity', 'after', 'which says', 'command'], rows)
}

function ageText(seconds: number | null): string {
  if (seconds === null || seconds === 0) return 'at once'
  const [unit, size] = UNITS.find(([, unitSeconds]) => seconds >= 2 * unitSeconds) ?? ['seconds', 1]
  return `${seconds / size} ${unit}`
}
