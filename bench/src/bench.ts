import type { Budget } from './budget.ts'

/** What a bench works with. */
export interface BenchContext {
  /** A smoke run of a few seconds: less data, one round. Its figures say that the bench works, and little more. */
  readonly isQuick: boolean
  /** An empty directory, removed after the bench. */
  readonly directory: string
  /** A directory that stays until the end of the run, for files that several benches read and none changes. */
  readonly sharedDirectory: string
  /** Makes a database with Rindle's tables for this bench alone, and gives its URL. It goes with the bench. */
  readonly createDatabase: () => Promise<string>
  /** How long a bench of endurance goes on. */
  readonly minutes: number
  /** Says what a reader of the figures must know, beside them. */
  readonly note: (text: string) => void
  /** Ends the bench's processes when it is aborted. */
  readonly signal: AbortSignal
}

/** One figure of Rindle beside the same figure of the floor; one value or more per round on either side. */
export interface Measurement {
  /** The bench's name, with what it measures besides its main figure after a slash. */
  readonly name: string
  readonly unit: 's' | 'ms' | 'MB' | 'MB/s' | '1/s'
  readonly better: 'lower' | 'higher'
  readonly floor: readonly number[]
  /** What stands in the floor's place: one worker beside two, an earlier time beside a later one. @default 'floor' */
  readonly against?: string
  readonly rindle: readonly number[]
  readonly budget: Budget
  /** The same figure of what others do; shown, not judged. @default none */
  readonly peers?: Readonly<Record<string, readonly number[]>>
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
