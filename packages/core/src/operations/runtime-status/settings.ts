import { RindleError } from '../../domain/errors.ts'
import { assertSeconds } from '../scope.ts'
import { STATUS_DEFAULTS } from './classes.ts'
import {
  type Found,
  type RuntimeStatusOptions,
  STATUS_CLASSES,
  STATUS_SEVERITIES,
  type StatusClass,
  type StatusFinding,
} from './report.ts'

const DEFAULT_LIMIT = 5
const MOST_EXAMPLES = 100

/** The options that judge a status, checked, with every default filled in. */
export interface StatusSettings {
  /** Examples of each finding. */
  readonly limit: number
  /** Younger findings are left out. */
  readonly thresholdOf: (statusClass: StatusClass) => number
  /** Adds severity and advice to findings, in the order of the classes. Pure. */
  readonly findingsOf: (found: readonly Found[]) => readonly StatusFinding[]
}

/** Pure. `invalid_input` names the class and the valid values. */
export function statusSettings(options: RuntimeStatusOptions): StatusSettings {
  const { limit = DEFAULT_LIMIT, olderThanSeconds, thresholds = {}, severities = {} } = options
  assertLimit(limit)
  if (olderThanSeconds !== undefined) assertSeconds('olderThanSeconds', olderThanSeconds)
  assertThresholds(thresholds)
  assertSeverities(severities)
  const thresholdOf = (statusClass: StatusClass): number | null => {
    const { thresholdSeconds } = STATUS_DEFAULTS[statusClass]
    return thresholdSeconds === null ? null : (thresholds[statusClass] ?? olderThanSeconds ?? thresholdSeconds)
  }
  const judgeOne = (found: Found): readonly StatusFinding[] => {
    const { severity: usual, thresholdSeconds: _usual, ...recommendation } = STATUS_DEFAULTS[found.class]
    const severity = severities[found.class] ?? usual
    if (severity === 'ignore' || found.count === 0) return []
    return [{ ...found, severity, thresholdSeconds: thresholdOf(found.class), recommendation }]
  }
  return {
    limit,
    thresholdOf: (statusClass) => thresholdOf(statusClass) ?? 0,
    findingsOf: (found) =>
      STATUS_CLASSES.flatMap((statusClass) => found.filter((one) => one.class === statusClass).flatMap(judgeOne)),
  }
}

function assertLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST_EXAMPLES) return
  throw new RindleError('invalid_input', `limit must be a whole number from 1 to ${MOST_EXAMPLES}.`)
}

function assertThresholds(thresholds: object): void {
  for (const [name, seconds] of Object.entries(thresholds) as [string, unknown][]) {
    assertClass('thresholds', name)
    if (STATUS_DEFAULTS[name].thresholdSeconds === null) {
      throw new RindleError('invalid_input', `thresholds.${name}: this class has no threshold.`)
    }
    if (seconds !== undefined) assertSeconds(`thresholds.${name}`, seconds as number)
  }
}

function assertSeverities(severities: object): void {
  const known: readonly unknown[] = [...STATUS_SEVERITIES, 'ignore']
  for (const [name, severity] of Object.entries(severities) as [string, unknown][]) {
    assertClass('severities', name)
    if (severity === undefined || known.includes(severity)) continue
    throw new RindleError('invalid_input', `severities.${name} must be one of ${known.join(', ')}.`)
  }
}

function assertClass(option: string, name: string): asserts name is StatusClass {
  if ((STATUS_CLASSES as readonly string[]).includes(name)) return
  const known = STATUS_CLASSES.join(', ')
  throw new RindleError('invalid_input', `${option}.${name}: there is no class "${name}". The classes are: ${known}.`)
}
