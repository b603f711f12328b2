import { alternate, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { amountOf } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { fillOperations } from '../operations/fill.ts'
import { FIRST, pagesOf } from './pages.ts'
import type { ConsoleFacts, ConsoleSetup } from './setup.ts'

const BUDGET_MS = 200
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
