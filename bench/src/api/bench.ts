import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { CONNECTIONS, type LoadRequest, loadByAll } from '../load-by-all.ts'
import { type Side, startSide } from '../side.ts'
import {
  ACTOR_HEADER,
  type ApiFacts,
  type FloorApiSetup,
  RECORDED_ACTOR,
  type RindleApiFacts,
  type RindleApiSetup,
  UPLOAD,
} from './setup.ts'

/** So many that nobody has many open uploads. */
const ACTORS = 500

/** What the clients ask for. */
interface Asking {
  readonly name: 'api/show' | 'api/begin'
  readonly status: number
  readonly requests: (facts: ApiFacts) => readonly LoadRequest[]
}

const ASKINGS: readonly Asking[] = [
  {
    name: 'api/show',
    status: 200,
    requests: ({ assetId }) => [{ path: `/rindle/assets/${assetId}`, headers: { [ACTOR_HEADER]: RECORDED_ACTOR } }],
  },
  {
    name: 'api/begin',
    status: 201,
    requests: () =>
      Array.from({ length: ACTORS }, () => ({
        method: 'POST',
        path: '/rindle/uploads',
        headers: { [ACTOR_HEADER]: randomUUID(), 'content-type': 'application/json' },
        body: JSON.stringify(UPLOAD),
      })),
  },
]

/** The two routes that pages ask for most. */
export const api: Bench = {
  name: 'api',
  describe: `GET /assets/:id and POST /uploads, to ${CONNECTIONS} clients at once, against their statements through pg`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: RindleApiSetup = { directory, databaseUrl: await createDatabase() }
    await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
    const facts = rindle.facts as RindleApiFacts
    const floorSetup: FloorApiSetup = { databaseUrl: setup.databaseUrl, show: facts.show, begin: facts.begin }
    await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup: floorSetup, signal })
    const measurements: Measurement[] = []
    for (const asking of ASKINGS) {
      const load = async (side: Side): Promise<Figures> => {
        await removeOpenUploads(setup.databaseUrl)
        const { port } = side.facts as ApiFacts
        return loadByAll(side, {
          port,
          requests: asking.requests({ ...facts, port }),
          status: asking.status,
          seconds: isQuick ? 1 : 3,
        })
      }
      const figures = await alternate(
        { floor: () => load(floor), rindle: () => load(rindle) },
        { warmUps: isQuick ? 0 : 1, rounds: isQuick ? 1 : 7, maxSeconds: 60 },
      )
      measurements.push(measurementOf(asking.name, figures))
    }
    return measurements
  },
}

/** Each round begins with the same tables. */
async function removeOpenUploads(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`delete from rindle.media_assets where state = 'staged'`)
    await client.query('vacuum analyze rindle.media_assets, rindle.media_upload_sessions')
  } finally {
    await client.end()
  }
}

function measurementOf(
  name: Asking['name'],
  { floor, rindle }: { readonly floor: Figures; readonly rindle: Figures },
): Measurement {
  return {
    name,
    unit: '1/s',
    better: 'higher',
    against: 'the same statements',
    floor: figure(floor, 'perSecond'),
    rindle: figure(rindle, 'perSecond'),
    budget: timesFloor(0.6),
    cpu: { item: 'answer', floorMs: figure(floor, 'cpuMs'), rindleMs: figure(rindle, 'cpuMs') },
  }
}
