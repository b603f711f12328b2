import { alternate, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { amountOf } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { fillOperations } from '../operations/fill.ts'
import type { ConsoleFacts, ConsoleSetup } from './setup.ts'

const BUDGET_MS = 200
/** The overview with a status that is not kept yet. */
const FIRST = 'overview-first'

/**
 * The pages, by their paths; a filter finds many or none, because either may be the slow one. The doctor is not among
 * them: it asks storages, programs and webhooks, and takes as long as they do.
 */
const pagesOf = ({ asset, secondPage }: ConsoleFacts): Readonly<Record<string, string>> => ({
  [FIRST]: '',
  overview: '',
  'overview-of-a-week': '?range=7d',
  assets: '/assets',
  'assets-table': '/assets?view=table',
  'assets-second-page': secondPage,
  'assets-by-state': '/assets?state=ready',
  'assets-in-work': '/assets?state=validating&state=analyzing&state=promoting&state=processing&state=transcoding',
  'assets-by-profile': '/assets?profile=photo',
  'assets-by-name': '/assets?name=a',
  'assets-by-kind': '/assets?kind=image',
  'assets-by-kind-none': '/assets?kind=video',
  'assets-by-date': '/assets?from=2020-01-01&before=2100-01-01',
  'assets-by-owner': '/assets?owner=member:88',
  'assets-by-slot': '/assets?slot=avatar',
  'assets-by-slot-none': '/assets?slot=cover',
  'assets-by-error': '/assets?error=corrupt_media',
  asset,
  uploads: '/uploads',
  'uploads-completed': '/uploads?state=completed',
  'uploads-failed': '/uploads?state=failed',
  work: '/work',
  maintenance: '/maintenance',
  events: '/events',
  'events-dead': '/events?state=dead',
  log: '/log',
})

/** The pages of the console, at a size where a scan would show. */
export const consolePages: Bench = {
  name: 'console',
  describe: 'each page of the console, from request to last byte, over the rows of `operations`; not the doctor',
  run: async ({ isQuick, createDatabase, signal }) => {
    const setup: ConsoleSetup = { databaseUrl: await createDatabase() }
    await fillOperations(setup.databaseUrl, isQuick)
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
    }
    await using started = await startSides(programs, signal)
    const { floor, rindle } = started.sides
    const measurements: Measurement[] = []
    for (const [page, path] of Object.entries(pagesOf(rindle.facts as ConsoleFacts))) {
      const figures = await alternate(
        { floor: () => floor.round(), rindle: () => rindle.round({ path, isFirst: page === FIRST }) },
        { warmUps: 1, rounds: isQuick ? 1 : 20, maxSeconds: 20 },
      )
      measurements.push({
        name: `console/${page}`,
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        against: 'rows by bare pg',
        rindle: figure(figures.rindle, 'ms'),
        budget: amountOf(BUDGET_MS, 'ms'),
      })
    }
    return measurements
  },
}
