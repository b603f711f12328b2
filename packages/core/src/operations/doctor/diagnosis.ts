import type { DiagnosisContext, Finding } from '../../ports/diagnosis.ts'

/** Checks of one thing, in order. */
export interface Diagnosis {
  /** The id of an error that is none of its checks: it threw, or hung. */
  readonly id: string
  readonly component: string
  /** Whether it asks somebody over a network. */
  readonly needsNetwork: boolean
  /** Whether it can be made at all, as far as the ones before it have shown. @default yes */
  readonly applies?: () => boolean
  /** Whether it makes things that it removes in the end, and is given time for that when it is cut off. @default false */
  readonly cleansUp?: boolean
  /** Gives each finding as soon as it is known. */
  readonly run: (context: DiagnosisContext) => AsyncIterable<Finding> | Iterable<Finding>
}
