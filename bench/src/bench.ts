import type { Budget } from './budget.ts'

/** What a bench works with. */
export interface BenchContext {
  /** A smoke run of a few seconds: less data, one round. Its figures say that the bench works, and little more. */
  readonly isQuick: boolean
  /** An empty directory, removed after the bench. */
  readonly directory: string
  /** Makes a database with Rindle's tables for this bench alone, and gives its URL. It goes with the bench. */
  readonly createDatabase: () => Promise<string>
  /** Ends the bench's processes when it is aborted. */
  readonly signal: AbortSignal
}

/** One figure of Rindle beside the same figure of the floor; one value per round on either side. */
export interface Measurement {
  /** The bench's name, with what it measures besides its main figure after a slash. */
  readonly name: string
  readonly unit: 's' | 'ms' | 'MB' | '1/s'
  readonly better: 'lower' | 'higher'
  readonly floor: readonly number[]
  readonly rindle: readonly number[]
  readonly budget: Budget
  /** CPU time for one item, of the measured process alone: steadier than wall time on a busy machine. */
  readonly cpu?: { readonly item: string; readonly floorMs: readonly number[]; readonly rindleMs: readonly number[] }
}

/** One benchmark: Rindle against a bare script that does the irreducible work and nothing else. */
export interface Bench {
  readonly name: string
  /** What is measured, in one line. */
  readonly describe: string
  readonly run: (context: BenchContext) => Promise<readonly Measurement[]>
}
