import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import type { Side } from '../side.ts'
import { readRanges } from './read-ranges.ts'
import type { ServeFacts, ServeSetup } from './setup.ts'

const CLIENTS = 50
const RANGE_BYTES = 5_000_000
const MEGABYTE = 1_000_000
const GIGABYTE = 1_000_000_000

/** Files of local storage to many at once. */
export const serve: Bench = {
  name: 'serve',
  describe: `100 MB in ranges of 5 MB to ${CLIENTS} clients at once, local storage, against a bare createReadStream`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const file = join(directory, 'film.mp4')
    const byteSize = (isQuick ? 5 : 100) * MEGABYTE
    await writeFile(file, film(byteSize))
    const setup: ServeSetup = { directory, databaseUrl: await createDatabase(), file }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
    }
    await using started = await startSides(programs, signal)
    const { floor, rindle } = started.sides
    const figures = await alternate(
      { floor: () => readByAll(floor, byteSize), rindle: () => readByAll(rindle, byteSize) },
      { warmUps: 1, rounds: isQuick ? 1 : 7, maxSeconds: 90 },
    )
    return [
      {
        name: 'serve',
        unit: 'MB/s',
        better: 'higher',
        floor: figure(figures.floor, 'perSecond'),
        rindle: figure(figures.rindle, 'perSecond'),
        budget: timesFloor(1),
        cpu: { item: 'GB', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
    ]
  },
}

async function readByAll(side: Side, byteSize: number): Promise<Figures> {
  const { port, path } = side.facts as ServeFacts
  // Discards the CPU time so far.
  await side.round()
  const begin = performance.now()
  const reading = { port, path, byteSize, rangeBytes: RANGE_BYTES }
  await Promise.all(Array.from({ length: CLIENTS }, () => readRanges(reading)))
  const seconds = (performance.now() - begin) / 1000
  const bytes = byteSize * CLIENTS
  const [cpuMs = 0] = figure(await side.round(), 'cpuMs')
  return { perSecond: [bytes / MEGABYTE / seconds], cpuMs: [(cpuMs * GIGABYTE) / bytes] }
}

function film(byteSize: number): Buffer {
  const bytes = Buffer.alloc(byteSize, 'Rindle')
  bytes.writeUInt32BE(24, 0)
  bytes.write('ftypisom\0\0\x02\0isommp41', 4, 'latin1')
  return bytes
}
