import { setTimeout } from 'node:timers/promises'
import { rindleConsole } from '@rindle/console'
import { type Rindle, silentLogger } from '@rindle/core'
import type { ConsoleFacts } from './setup.ts'

const NEXT = /href="\/console([^"]*)" rel="next"/

/** Reads a page of the console by its path, from the request to the last byte. */
export type ReadPage = (path: string) => Promise<string>

/** The console of an instance, without a server. The operator may use every verb, because pages with buttons ask more. */
export function pageReader(rindle: Rindle): ReadPage {
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

/** The paths that only the rows tell. */
export async function consoleFacts(rindle: Rindle, read: ReadPage): Promise<ConsoleFacts> {
  const { assets } = await rindle.listAssets({ limit: 1 })
  const [, next] = NEXT.exec(await read('/assets')) ?? []
  if (next === undefined) throw new Error('The list of assets has no second page.')
  return { asset: `/assets/${assets[0]?.id ?? ''}`, secondPage: next.replaceAll('&amp;', '&') }
}

/** Measures a page of an instance that has kept nothing yet, such as the snapshot of the status. */
export async function timeOfFirst(fresh: Rindle, path: string): Promise<number> {
  await fresh.listAssets({ limit: 1 })
  const read = pageReader(fresh)
  const ms = await timeOf(() => read(path))
  // The count that the first page has begun would slow down what is measured next.
  while ((await read(path)).includes('Being counted')) await setTimeout(100)
  return ms
}

/** How long this takes, in milliseconds. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
