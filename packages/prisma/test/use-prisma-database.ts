import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { afterEach, beforeEach, vi } from 'vitest'

/** A database for each test in which the Prisma CLI runs. */
export interface UsedPrismaDatabase {
  readonly url: string
  /** With the schema of Rindle as the default. */
  readonly rindleUrl: string
}

/** Makes an empty database before each test of the file, and drops it afterwards. */
export function usePrismaDatabase(): UsedPrismaDatabase {
  // Each run of the CLI starts two processes.
  vi.setConfig({ testTimeout: 180_000 })
  let database: TestDatabase
  beforeEach(async () => {
    database = await createTestDatabase({ migrated: false })
  })
  afterEach(() => database.drop())
  return {
    get url() {
      return database.url
    },
    get rindleUrl() {
      return `${database.url}?schema=rindle`
    },
  }
}
