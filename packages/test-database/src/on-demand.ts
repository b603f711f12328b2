import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A resource that a test run has once, and only if a test asks for it. */
export interface OnDemand {
  /** The address for test files in any process: see {@link ask}. */
  readonly address: string
  /** Ends the resource, if anybody asked for it. */
  close(): Promise<void>
}

/** A started resource: the answer to those who ask, in JSON, and how to end it. */
export interface Started<Answer> {
  readonly answer: Answer
  close(): Promise<void>
}

/** Offers a resource, in the process of the test run. `start` runs at the first request; all get the same answer. */
export async function onDemand<Answer>(start: () => Promise<Started<Answer>>): Promise<OnDemand> {
  let started: Promise<Started<Answer>> | undefined
  const server = createServer((_request, response) => {
    started ??= start()
    started.then(
      ({ answer }) => response.end(JSON.stringify(answer)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      // Those who asked were told that it could not be started.
      const running = await started?.catch(() => undefined)
      await running?.close()
    },
  }
}

/** Asks for it, and waits while it starts. Rejects with the reason if it could not be started. */
export async function ask<Answer>(address: string): Promise<Answer> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`The test run could not start a server for this test: ${await response.text()}`)
  return (await response.json()) as Answer
}
