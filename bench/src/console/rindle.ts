import { setTimeout } from 'node:timers/promises'
import { rindleConsole } from '@rindle/console'
import { type Rindle, silentLogger } from '@rindle/core'
import { operationsApplication } from '../operations/application.ts'
import { serveSide } from '../serve-side.ts'
import type { ConsoleFacts, ConsoleRound, ConsoleSetup } from './setup.ts'

const NEXT = /href="\/console([^"]*)" rel="next"/

// The console's handler, called without a server: from the request to the last byte of the page. The operator may use
// every verb, because pages with buttons ask more.
serveSide(async (setup) => {
  const { databaseUrl } = setup as ConsoleSetup
  const rindle = await start(databaseUrl)
  const read = readerOf(rindle)
  const { assets } = await rindle.listAssets({ limit: 1 })
  const [, next] = NEXT.exec(await read('/assets')) ?? []
  if (next === undefined) throw new Error('The list of assets has no second page.')
  const facts: ConsoleFacts = { asset: `/assets/${assets[0]?.id ?? ''}`, secondPage: next.replaceAll('&amp;', '&') }
  return {
    facts,
    round: async (input) => {
      const { path, isFirst } = input as ConsoleRound
      if (!isFirst) return { ms: [await timeOf(() => read(path))] }
      const fresh = await start(databaseUrl)
      try {
        await fresh.listAssets({ limit: 1 })
        const readFresh = readerOf(fresh)
        const ms = [await timeOf(() => readFresh(path))]
        await isCounted(() => readFresh(path))
        return { ms }
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

function readerOf(rindle: Rindle): (path: string) => Promise<string> {
  const handler = rindleConsole(rindle, {
    basePath: '/console',
    actor: () => ({ id: 'bench' }),
    can: () => true,
    logger: silentLogger,
  })
  return async (path) => {
    const response = await handler(new Request(`http://console.test/console${path}`))
    const text = await response.text()
    if (response.status !== 200) throw new Error(`The page ${path} was answered with ${response.status}.`)
    return text
  }
}

/** The count that the first page has begun would slow down what is measured next. */
async function isCounted(read: () => Promise<string>): Promise<void> {
  while ((await read()).includes('Being counted')) await setTimeout(100)
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
