import { RindleError } from '../../domain/errors.ts'
import { profileOf, type Runtime } from '../../kernel/runtime.ts'
import type { CheckStatus, Finding } from '../../ports/diagnosis.ts'
import { diagnosesOf } from './diagnoses.ts'
import { type Limits, runDiagnosis } from './run-diagnosis.ts'

/** Options of {@link doctor}. */
export interface DoctorOptions<P extends string = string> {
  /** Checks only the needs of these profiles in storages and processors. @default every profile */
  readonly profiles?: readonly P[]
  /** Uses no network: no database, no storage. For builds. @default false */
  readonly offline?: boolean
  /**
   * The origin of the pages that upload, "https://app.example": the doctor checks that the storages allow it. @default
   * any origin
   */
  readonly origin?: string
  /** The time limit of one check, in milliseconds, at most ten minutes. @default 15000 */
  readonly timeoutMs?: number
  /** Ends the run; objects that it put into a storage are still removed. */
  readonly signal?: AbortSignal
  /** Called for every check as soon as it has ended. */
  readonly onCheck?: (check: DoctorCheck) => void
}

/** One check and its result. */
export interface DoctorCheck extends Finding {
  /** The checked part of the instance: "database", "jobs", the name of a storage or a profile. */
  readonly component: string
}

/** The results of {@link doctor}. */
export interface DoctorReport {
  readonly checks: readonly DoctorCheck[]
  readonly counts: Readonly<Record<CheckStatus, number>>
  /** Whether `signal` ended it before everything was checked. */
  readonly interrupted: boolean
}

const DEFAULT_TIMEOUT_MS = 15_000
const LONGEST_TIMEOUT_MS = 600_000

/**
 * Checks the set-up: runtime, database, migrations, queues, workers, storages, processors, profiles, disk. A check that
 * throws or hangs counts as an error. Needs no `start`, and leaves nothing behind: its test objects in the storages lie
 * below `staging/` and are deleted. Emits `rindle.runtime.check.stop`. `unknown_profile`, `invalid_input`.
 */
export async function doctor(runtime: Runtime, options: DoctorOptions = {}): Promise<DoctorReport> {
  const limits = limitsOf(options)
  assertOrigin(options.origin)
  const names = options.profiles ?? Object.keys(runtime.profiles)
  const profiles = Object.fromEntries(names.map((name) => [name, profileOf(runtime, name)]))
  const used = new Set(Object.values(profiles).map(({ storage }) => storage))
  // Rows may name storages that no profile uses any more.
  const storages = options.profiles === undefined ? Object.keys(runtime.storages) : [...used]
  const checks: DoctorCheck[] = []
  const counts = { ok: 0, warn: 0, error: 0 }
  for (const diagnosis of diagnosesOf(runtime, { profiles, storages, origin: options.origin })) {
    if (options.offline === true && diagnosis.needsNetwork) continue
    if (diagnosis.applies?.() === false) continue
    for await (const { check, durationUs } of runDiagnosis(diagnosis, limits)) {
      checks.push(check)
      counts[check.status] += 1
      announce(runtime, check, durationUs)
      options.onCheck?.(check)
    }
    if (limits.signal.aborted) break
  }
  return { checks, counts, interrupted: limits.signal.aborted }
}

function limitsOf({ signal, timeoutMs = DEFAULT_TIMEOUT_MS }: DoctorOptions): Limits {
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= LONGEST_TIMEOUT_MS) {
    return { signal: signal ?? new AbortController().signal, timeoutMs }
  }
  throw new RindleError('invalid_input', `timeoutMs must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}.`)
}

function assertOrigin(origin: string | undefined): void {
  if (origin === undefined || URL.parse(origin)?.origin === origin) return
  throw new RindleError(
    'invalid_input',
    `origin must be written as browsers do, "https://app.example", not "${origin}".`,
  )
}

function announce({ events }: Runtime, { id, status, component }: DoctorCheck, durationUs: number): void {
  const metadata = { check: id, status, component }
  events.emit({ name: 'rindle.runtime.check.stop', metadata, measurements: { durationUs } })
}
