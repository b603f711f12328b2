import { ask } from '@rindle/test-database/on-demand'
import { inject } from 'vitest'
import type { AzureServer } from './azure-server.ts'
import { type AzureAccess, createContainer } from './containers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address where the global setup offers the server. */
    rindleTestAzure: string
  }
}

/**
 * The azurite of this test run, which starts when the first test asks for it; containers keep the tests apart.
 */
export async function useAzureServer(): Promise<AzureServer> {
  const access = await ask<AzureAccess>(inject('rindleTestAzure'))
  return { ...access, createContainer: () => createContainer(access) }
}
