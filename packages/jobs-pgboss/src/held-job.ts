/** One attempt of a job, as pg-boss knows it: what is said with it cannot hit a later attempt of the same job. */
export interface Claim {
  readonly id: string
  readonly retryCount: number
}

/** A job that this process works on. */
export interface HeldJob {
  readonly claim: Claim
  readonly abort: AbortController
  /** True while the handler works. */
  isRunning: boolean
  /** False once another may have it: from then on nothing is said about it any more. */
  isOurs: boolean
  /** True once the worker stops without waiting for it: when it then fails, it goes back instead. */
  isGivenUp: boolean
  /** Resolves when the handler has ended and the queue knows. Never rejects. */
  ended: Promise<void>
}

/** What is to be said about a job whose handler has ended. */
export type Settlement = 'none' | 'complete' | 'fail' | 'give_back'

/** Decides it, from what became of the claim and whether the handler failed. */
export function settlementOf(job: Pick<HeldJob, 'isOurs' | 'isGivenUp'>, hasFailed: boolean): Settlement {
  if (!job.isOurs) return 'none'
  if (!hasFailed) return 'complete'
  return job.isGivenUp ? 'give_back' : 'fail'
}
