import { inject } from 'vitest'
import { ask } from './on-demand.ts'

/** The PostgreSQL server of one test run. */
export interface TestServer {
  /** A connection URL of a user who may create databases. */
  readonly adminUrl: string
  /** The migrated database that test databases are cloned from. */
  readonly template: string
  /** The start of the names of this run's test databases. */
  readonly namePrefix: string
  /** Whether copying files is faster than copying through the log, as it is where nothing is synced to disk. */
  readonly clonesByFileCopy: boolean
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The address where the global setup offers it. */
    rindleTestServer: string
  }
}

let asked: Promise<TestServer> | undefined

/** The server of this test run, which starts when the first test file asks for it. */
export function testServer(): Promise<TestServer> {
  asked ??= ask<TestServer>(inject('rindleTestServer'))
  return asked
}
