import { RindleError, STATUS_CLASSES, STATUS_SEVERITIES, type StatusClass, type StatusSeverity } from '@rindle/core'
import { secondsOf } from '../operation/scope-options.ts'
import { suggest } from '../suggest.ts'

/** A severity as `--severity` takes it. */
export type GivenSeverity = StatusSeverity | 'ignore'

const GIVEN_SEVERITIES: readonly GivenSeverity[] = [...STATUS_SEVERITIES, 'ignore']

/** What `--threshold class=seconds` says, each time it is given. Pure. `invalid_input`. */
export function thresholdsOf(given: readonly string[]): Partial<Record<StatusClass, number>> {
  return byClass('--threshold', 'backlog=3600', given, (text, option) =>
    secondsOf(option, text.trim() === '' ? Number.NaN : Number(text)),
  )
}

/** What `--severity class=severity` says, each time it is given. Pure. `invalid_input`. */
export function severitiesOf(given: readonly string[]): Partial<Record<StatusClass, GivenSeverity>> {
  return byClass('--severity', 'backlog=error', given, (text, option) => {
    const severity = GIVEN_SEVERITIES.find((known) => known === text)
    if (severity !== undefined) return severity
    throw new RindleError('invalid_input', `${option} is one of ${GIVEN_SEVERITIES.join(', ')}, not "${text}".`)
  })
}

/** Whether a finding is as grave as that which ends the command with 1. Pure. */
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
      throw new RindleError('invalid_input', `${flag} is written like ${example}, not "${pair}".`)
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
