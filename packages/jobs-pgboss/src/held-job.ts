/** One attempt of a job, as pg-boss knows it: a statement with it cannot hit a later attempt of the same job. */
export interface JobClaim {
  readonly id: string
  readonly retryCount: number
}

/** A job that this process works on. */
export interface HeldJob {
  readonly claim: JobClaim
  readonly abort: AbortController
  /** True while the handler works. */
  isRunning: boolean
  /** False once another worker may have it: from then on this worker reports nothing about it. */
  isOurs: boolean
  /** True once the worker stops without waiting for it: if it then fails, it is given back. */
  isGivenUp: boolean
  /** Resolves when the handler has ended and the queue knows. Never rejects. */
  ended: Promise<void>
}

/** What the queue is told about a job whose handler has ended. */
export type JobSettlement = 'none' | 'complete' | 'fail' | 'give_back'

/** Decides the settlement from the state of the claim and whether the handler failed. */
export function settlementOf(job: Pick<HeldJob, 'isOurs' | 'isGivenUp'>, hasFailed: boolean): JobSettlement {
  if (!job.isOurs) return 'none'
  if (!hasFailed) return 'complete'
  return job.isGivenUp ? 'give_back' : 'fail'
}
