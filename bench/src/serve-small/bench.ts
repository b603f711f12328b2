import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { CONNECTIONS, loadByAll } from '../load-by-all.ts'
import type { Side } from '../side.ts'
import type { SmallFilesFacts, SmallFilesSetup } from './setup.ts'

const FILES = 50
const FILE_BYTES = 10 * 1024
const RANGE_BYTES = 4 * 1024

/** What the clients ask for: the headers of the request for one file, and the status of the answer. */
interface Asking {
  readonly name: 'serve-small' | 'serve-range' | 'serve-304'
  readonly status: number
  readonly headersFor: (url: string) => Promise<Readonly<Record<string, string>>>
}

const ASKINGS: readonly Asking[] = [
  { name: 'serve-small', status: 200, headersFor: async () => ({}) },
  { name: 'serve-range', status: 206, headersFor: async () => ({ range: `bytes=1024-${1024 + RANGE_BYTES - 1}` }) },
  {
    name: 'serve-304',
    status: 304,
    headersFor: async (url) => ({ 'if-none-match': (await fetch(url)).headers.get('etag') ?? '' }),
  },
]

/** Small files of local storage, parts of them, and what a browser has already. */
export const serveSmall: Bench = {
  name: 'serve-small',
  describe: `files of 10 KB, ranges of 4 KB of them and 304 answers, to ${CONNECTIONS} clients at once, against sirv`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const folder = join(directory, 'files')
    await mkdir(folder)
    const files = Array.from({ length: FILES }, (_, index) => join(folder, `${index}.webp`))
    for (const file of files) await writeFile(file, picture())
    const setup: SmallFilesSetup = { directory, databaseUrl: await createDatabase(), files }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
    }
    await using started = await startSides(programs, signal)
    const measurements: Measurement[] = []
    for (const asking of ASKINGS) {
      const { floor, rindle } = {
        floor: await loader(started.sides.floor, asking, isQuick),
        rindle: await loader(started.sides.rindle, asking, isQuick),
      }
      const figures = await alternate(
        { floor, rindle },
        { warmUps: isQuick ? 0 : 1, rounds: isQuick ? 1 : 7, maxSeconds: 60 },
      )
      measurements.push(...measurementsOf(asking.name, figures))
    }
    return measurements
  },
}

async function loader(side: Side, { status, headersFor }: Asking, isQuick: boolean): Promise<() => Promise<Figures>> {
  const { port, paths } = side.facts as SmallFilesFacts
  const requests = await Promise.all(
    paths.map(async (path) => ({ path, headers: await headersFor(`http://127.0.0.1:${port}${path}`) })),
  )
  return () => loadByAll(side, { port, requests, status, seconds: isQuick ? 1 : 3 })
}

function measurementsOf(
  name: Asking['name'],
  { floor, rindle }: { readonly floor: Figures; readonly rindle: Figures },
): readonly Measurement[] {
  return [
    {
      name,
      unit: '1/s',
      better: 'higher',
      against: 'sirv',
      floor: figure(floor, 'perSecond'),
      rindle: figure(rindle, 'perSecond'),
      budget: timesFloor(0.8),
      cpu: { item: 'answer', floorMs: figure(floor, 'cpuMs'), rindleMs: figure(rindle, 'cpuMs') },
    },
    {
      name: `${name}/p99`,
      unit: 'ms',
      better: 'lower',
      against: 'sirv',
      floor: figure(floor, 'p99'),
      rindle: figure(rindle, 'p99'),
      budget: timesFloor(1.2),
    },
  ]
}

/** As sniffing sees it, a WebP. */
function picture(): Buffer {
  const bytes = randomBytes(FILE_BYTES)
  bytes.write('RIFF', 0, 'latin1')
  bytes.writeUInt32LE(FILE_BYTES - 8, 4)
  bytes.write('WEBPVP8 ', 8, 'latin1')
  return bytes
}
