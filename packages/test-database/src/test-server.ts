/** The PostgreSQL server of one test run, as the global setup hands it to the test files. */
export interface TestServer {
  /** A connection URL of a user who may create databases. */
  readonly adminUrl: string
  /** The migrated database that test databases are cloned from. */
  readonly template: string
  /** What the name of each test database of this run starts with. */
  readonly namePrefix: string
  /** Whether copying files beats copying through the log: it does where nothing is synced to disk. */
  readonly clonesByFileCopy: boolean
}

declare module 'vitest' {
  interface ProvidedContext {
    rindleTestServer: TestServer
  }
}
