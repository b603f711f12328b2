import type { DiagnosisContext, Finding } from '../../ports/diagnosis.ts'

/** Checks of one component, in order. */
export interface Diagnosis {
  /** The id of an error outside its checks: it threw, or hung. */
  readonly id: string
  readonly component: string
  /** Whether it uses a network. */
  readonly needsNetwork: boolean
  /** Whether it applies, by the results of the diagnoses before it. @default yes */
  readonly applies?: () => boolean
  /** Whether it makes things that it removes at the end; it gets time for that when it is cut off. @default false */
  readonly cleansUp?: boolean
  /** Yields each finding as soon as it is known. */
  readonly run: (context: DiagnosisContext) => AsyncIterable<Finding> | Iterable<Finding>
}
