import { randomUUID } from 'node:crypto'
import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { type SideProgram, startSides } from '../compare-sides.ts'
import { CONNECTIONS, loadByAll } from '../load-by-all.ts'
import type { Side } from '../side.ts'
import { creations } from './creation.ts'
import type { TusSmallSetup } from './setup.ts'

const ACTORS = 100

/** Small resumable uploads, each in the one request that begins it. */
export const tusSmall: Bench = {
  name: 'tus-small',
  describe: `creations of tus with files of 10 KB, by ${CONNECTIONS} clients at once, against @tus/server`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const databaseUrl = await createDatabase()
    const floor = new URL('floor.ts', import.meta.url)
    const side = (program: URL, isSynced: boolean): SideProgram => ({
      program,
      setup: { directory, databaseUrl, isSynced } satisfies TusSmallSetup,
    })
    const programs = {
      synced: side(floor, true),
      asItComes: side(floor, false),
      rindle: side(new URL('rindle.ts', import.meta.url), true),
    }
    await using started = await startSides(programs, signal)
    const requests = creations(Array.from({ length: ACTORS }, () => randomUUID()))
    const load = (one: Side) => () =>
      loadByAll(one, { port: Number(one.facts['port']), requests, status: 201, seconds: isQuick ? 1 : 3 })
    const { synced, asItComes, rindle } = started.sides
    const figures = await alternate(
      { synced: load(synced), asItComes: load(asItComes), rindle: load(rindle) },
      { warmUps: isQuick ? 0 : 1, rounds: isQuick ? 1 : 7, maxSeconds: 90 },
    )
    return [
      measurementOf('tus-small', figures.synced, figures.rindle, 0.5),
      measurementOf('tus-small/as-it-comes', figures.asItComes, figures.rindle, 0.25),
    ]
  },
}

function measurementOf(name: string, floor: Figures, rindle: Figures, budget: number): Measurement {
  return {
    name,
    unit: '1/s',
    better: 'higher',
    against: name === 'tus-small' ? '@tus/server, synced' : '@tus/server',
    floor: figure(floor, 'perSecond'),
    rindle: figure(rindle, 'perSecond'),
    budget: timesFloor(budget),
    cpu: { item: 'upload', floorMs: figure(floor, 'cpuMs'), rindleMs: figure(rindle, 'cpuMs') },
  }
}
