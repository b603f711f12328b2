import type { Rindle } from '@rindle/core'
import { operationsApplication } from '../operations/application.ts'
import { serveSide } from '../serve-side.ts'
import { consoleFacts, pageReader, timeOf, timeOfFirst } from './read-pages.ts'
import type { ConsoleRound, ConsoleSetup } from './setup.ts'

// The console's handler, called without a server.
serveSide(async (setup) => {
  const { databaseUrl } = setup as ConsoleSetup
  const rindle = await start(databaseUrl)
  const read = pageReader(rindle)
  return {
    facts: await consoleFacts(rindle, read),
    round: async (input) => {
      const { path, isFirst } = input as ConsoleRound
      if (!isFirst) return { ms: [await timeOf(() => read(path))] }
      const fresh = await start(databaseUrl)
      try {
        return { ms: [await timeOfFirst(fresh, path)] }
      } finally {
        await fresh.stop()
      }
    },
    stop: () => rindle.stop(),
  }
})

async function start(databaseUrl: string): Promise<Rindle> {
  const rindle = operationsApplication(databaseUrl)
  await rindle.start()
  return rindle
}
