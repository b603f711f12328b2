import { onDemand } from '@rindle/test-database/on-demand'
import type { TestProject } from 'vitest/node'
import { startAzurite } from './azurite.ts'

/**
 * Gives a test run one azurite, started by the first test that asks for it.
 *
 * @returns The function that vitest calls after the last test: it stops the server.
 */
export default async function setUpAzurite(project: TestProject): Promise<() => Promise<void>> {
  const offer = await onDemand(async () => {
    const server = await startAzurite()
    return { answer: server.access, close: () => server.stop() }
  })
  project.provide('rindleTestAzure', offer.address)
  return () => offer.close()
}
