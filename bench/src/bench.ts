import type { Budget } from './budget.ts'

/** The dependencies of a bench. */
export interface BenchContext {
  /** A smoke run of a few seconds: less data, one round. Its figures show that the bench works, and little more. */
  readonly isQuick: boolean
  /** An empty directory, removed after the bench. */
  readonly directory: string
  /** A directory that stays until the end of the run, for files that several benches read and none changes. */
  readonly sharedDirectory: string
  /** Makes a database with Rindle's tables for this bench alone, and returns its URL. It is dropped with the bench. */
  readonly createDatabase: () => Promise<string>
  /** How long a bench of endurance runs. */
  readonly minutes: number
  /** Prints a remark beside the figures. */
  readonly note: (text: string) => void
  /** Ends the bench's processes when it is aborted. */
  readonly signal: AbortSignal
}

/** One figure of Rindle beside the same figure of the floor; one value or more per round on either side. */
export interface Measurement {
  /** The bench's name; a further figure follows a slash. */
  readonly name: string
  readonly unit: 's' | 'ms' | 'kB' | 'MB' | 'MB/s' | '1/s'
  readonly better: 'lower' | 'higher'
  readonly floor: readonly number[]
  /** The stand-in for the floor: one worker beside two, an earlier time beside a later one. @default 'floor' */
  readonly against?: string
  readonly rindle: readonly number[]
  readonly budget: Budget
  /** The same figure of others; shown, not judged. @default none */
  readonly peers?: Readonly<Record<string, readonly number[]>>
  /** CPU time for one item, of the measured process alone: steadier than wall time on a busy machine. */
  readonly cpu?: { readonly item: string; readonly floorMs: readonly number[]; readonly rindleMs: readonly number[] }
}

/** One benchmark: Rindle against a bare script that does the irreducible work and nothing else. */
export interface Bench {
  readonly name: string
  /** The measured figure, in one line. */
  readonly describe: string
  /** Whether a full run leaves it out unless it is named: it takes an hour, or much of the disk. @default false */
  readonly isOnRequest?: boolean
  readonly run: (context: BenchContext) => Promise<readonly Measurement[]>
}
