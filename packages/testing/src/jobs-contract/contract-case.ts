import type { JobsAdapter, SqlExecutor } from '@rindle/core'
import type { JobsCapability } from '@rindle/core/adapter'

/** A jobs adapter under test: connected, without jobs, and used by one case alone. */
export interface JobsSubject {
  /** Must retry failed jobs as soon as it can, because the cases wait for that. */
  readonly adapter: JobsAdapter
  /**
   * Runs `work` in a transaction of the adapter's database: committed if it resolves, rolled back if it rejects. An
   * adapter without `transactional_enqueue` needs none.
   */
  readonly transaction: <T>(work: (tx: SqlExecutor) => Promise<T>) => Promise<T>
  /**
   * How long a case waits for something that must happen.
   * @default 15000
   */
  readonly patienceMs?: number
}

/** One promise of the jobs port, as a check that rejects when an adapter breaks it. */
export interface JobsContractCase {
  /** The promise, as a sentence. */
  readonly name: string
  /** The case does not apply to adapters that lack one of these capabilities. */
  readonly needs?: readonly JobsCapability[]
  /** The case does not apply to adapters with this capability. */
  readonly needsAbsent?: JobsCapability
  readonly run: (subject: JobsSubject) => Promise<void>
}

/** Options of the jobs contract. */
export interface JobsContractOptions {
  /**
   * How long one case may take.
   * @default 60000
   */
  readonly timeoutMs?: number
}
