import { RindleError, STATUS_CLASSES, STATUS_SEVERITIES, type StatusClass, type StatusSeverity } from '@rindle/core'
import { secondsOf } from '../operation/scope-options.ts'
import { suggest } from '../suggest.ts'

/** A severity that `--severity` accepts. */
export type GivenSeverity = StatusSeverity | 'ignore'

const GIVEN_SEVERITIES: readonly GivenSeverity[] = [...STATUS_SEVERITIES, 'ignore']

/** Parses all `--threshold class=seconds`. Pure. `invalid_input`. */
export function thresholdsOf(given: readonly string[]): Partial<Record<StatusClass, number>> {
  return byClass('--threshold', 'backlog=3600', given, (text, option) =>
    secondsOf(option, text.trim() === '' ? Number.NaN : Number(text)),
  )
}

/** Parses all `--severity class=severity`. Pure. `invalid_input`. */
export function severitiesOf(given: readonly string[]): Partial<Record<StatusClass, GivenSeverity>> {
  return byClass('--severity', 'backlog=error', given, (text, option) => {
    const severity = GIVEN_SEVERITIES.find((known) => known === text)
    if (severity !== undefined) return severity
    throw new RindleError('invalid_input', `${option} must be one of ${GIVEN_SEVERITIES.join(', ')}, not "${text}".`)
  })
}

/** Whether a finding is severe enough to end the command with 1. Pure. */
export function isAtLeast(severity: StatusSeverity, failOn: StatusSeverity): boolean {
  return STATUS_SEVERITIES.indexOf(severity) <= STATUS_SEVERITIES.indexOf(failOn)
}

function byClass<T>(
  flag: string,
  example: string,
  given: readonly string[],
  valueOf: (text: string, option: string) => T,
): Partial<Record<StatusClass, T>> {
  const found: Partial<Record<StatusClass, T>> = {}
  for (const pair of given) {
    const [, name, text] = /^([^=]+)=(.*)$/.exec(pair) ?? []
    if (name === undefined || text === undefined) {
      throw new RindleError('invalid_input', `${flag} must look like ${example}, not "${pair}".`)
    }
    const statusClass = classNamed(name)
    if (statusClass in found) throw new RindleError('invalid_input', `${flag} names ${statusClass} more than once.`)
    found[statusClass] = valueOf(text, `${flag} ${statusClass}`)
  }
  return found
}

function classNamed(name: string): StatusClass {
  const statusClass = STATUS_CLASSES.find((known) => known === name)
  if (statusClass !== undefined) return statusClass
  const meant = suggest(name, STATUS_CLASSES)
  const advice = meant === undefined ? `The classes are ${STATUS_CLASSES.join(', ')}.` : `Did you mean "${meant}"?`
  throw new RindleError('invalid_input', `There is no class "${name}". ${advice}`)
}
