/** How a check may end. */
export const CHECK_STATUSES = ['ok', 'warn', 'error'] as const

/** One of {@link CHECK_STATUSES}. */
export type CheckStatus = (typeof CHECK_STATUSES)[number]

/** What a check has found. */
export interface Finding {
  /** What was checked, as `subject.aspect` in lower-case letters, digits and `_`: "ffmpeg.version". */
  readonly id: string
  readonly status: CheckStatus
  /** One sentence without its full stop. No secrets. */
  readonly summary: string
  /** What to do, in whole sentences; with every warning and every error. */
  readonly fix?: string
}

/** What an adapter is told that examines itself. */
export interface DiagnosisContext {
  /** Aborted when the checks take too long, or nobody wants to know any more. */
  readonly signal: AbortSignal
}
