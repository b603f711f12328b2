import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Something that a test run has once, and only when a test asks for it. */
export interface OnDemand {
  /** What test files ask by, whatever process they run in: see {@link ask}. */
  readonly address: string
  /** Ends what was started, if anybody asked. */
  close(): Promise<void>
}

/** What was started: what those who ask are told, in JSON, and how it ends. */
export interface Started<Answer> {
  readonly answer: Answer
  close(): Promise<void>
}

/** Offers, in the process of the test run, what `start` starts when somebody first asks. All get the same answer. */
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
      // Whoever asked was told that it could not be started.
      const running = await started?.catch(() => undefined)
      await running?.close()
    },
  }
}

/** Asks for it, and waits while it starts. Rejects with why it could not. */
export async function ask<Answer>(address: string): Promise<Answer> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`The test run could not start what this test needs: ${await response.text()}`)
  return (await response.json()) as Answer
}
