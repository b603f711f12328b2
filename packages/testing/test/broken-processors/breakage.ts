import { type Processor, RindleError } from '@rindle/core'
import type { ProcessRequest, VariantOutcome } from '@rindle/core/adapter'

/** One way to break the processor port, and the case of the contract that must notice. */
export interface ProcessorBreakage {
  readonly caseName: string
  readonly how: string
  readonly breaks: (good: Processor) => Partial<Processor>
}

/** Works on other requests than it is given. */
export function requesting(change: (request: ProcessRequest) => Partial<ProcessRequest>): ProcessorBreakage['breaks'] {
  return (good) => ({ process: (request) => good.process({ ...request, ...change(request) }) })
}

/** Hands over other outcomes. */
export function handingOver(change: (outcome: VariantOutcome) => VariantOutcome): ProcessorBreakage['breaks'] {
  return requesting(({ onOutcome }) => ({ onOutcome: (outcome) => onOutcome(change(outcome)) }))
}

/** Hands over other errors. */
export function failing(change: (error: Error) => Error): ProcessorBreakage['breaks'] {
  return handingOver((outcome) => ('error' in outcome ? { ...outcome, error: change(outcome.error) } : outcome))
}

/** Says that the bytes are at fault. */
export function damage(): RindleError {
  return new RindleError('corrupt_media', 'The file is damaged.')
}
