/** The results that a check may have. */
export const CHECK_STATUSES = ['ok', 'warn', 'error'] as const

/** One of {@link CHECK_STATUSES}. */
export type CheckStatus = (typeof CHECK_STATUSES)[number]

/** The finding of a check. */
export interface Finding {
  /** The subject of the check, as `subject.aspect` in lower-case letters, digits and `_`: "ffmpeg.version". */
  readonly id: string
  readonly status: CheckStatus
  /** One sentence without its full stop. No secrets. */
  readonly summary: string
  /** The next steps, in whole sentences; present with every warning and every error. */
  readonly fix?: string
}

/** The context of an adapter's self-check. */
export interface DiagnosisContext {
  /** Aborted when the checks take too long, or when the result is no longer wanted. */
  readonly signal: AbortSignal
}
