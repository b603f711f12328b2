import { stat } from 'node:fs/promises'
import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { readRepeatedly } from '../image-member/read-repeatedly.ts'
import type { ServeSetup } from '../serve/setup.ts'
import type { Side } from '../side.ts'
import type { PlaylistFacts, PlaylistSetup } from './setup.ts'

const CLIENTS = 10

/** A playlist of a film, which many begin to watch at once. */
export const playlists: Bench = {
  name: 'playlists',
  describe: `a playlist of 60 segments to ${CLIENTS} clients at once, against a bare handler with the same bytes`,
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: PlaylistSetup = { directory, databaseUrl: await createDatabase() }
    await using made = await startSides({ rindle: { program: new URL('rindle.ts', import.meta.url), setup } }, signal)
    const { rindle } = made.sides
    const { file, port, path } = rindle.facts as PlaylistFacts
    const bare: ServeSetup = { directory, databaseUrl: '', file }
    await using started = await startSides(
      { floor: { program: new URL('floor.ts', import.meta.url), setup: bare } },
      signal,
    )
    const { floor } = started.sides
    const { size: byteSize } = await stat(file)
    const times = isQuick ? 50 : 300
    const figures = await alternate(
      {
        floor: () => readByAll(floor, { ...(floor.facts as { port: number; path: string }), times, byteSize }),
        rindle: () => readByAll(rindle, { port, path, times, byteSize }),
      },
      { warmUps: 1, rounds: isQuick ? 1 : 12, maxSeconds: 30 },
    )
    return [
      {
        name: 'playlists',
        unit: '1/s',
        better: 'higher',
        floor: figure(figures.floor, 'perSecond'),
        rindle: figure(figures.rindle, 'perSecond'),
        budget: timesFloor(0.5),
        cpu: { item: 'playlist', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
    ]
  },
}

async function readByAll(side: Side, reading: Parameters<typeof readRepeatedly>[0]): Promise<Figures> {
  // Discards the CPU time so far.
  await side.round()
  const begin = performance.now()
  await Promise.all(Array.from({ length: CLIENTS }, () => readRepeatedly(reading)))
  const count = CLIENTS * reading.times
  const seconds = (performance.now() - begin) / 1_000
  const [cpuMs = 0] = figure(await side.round(), 'cpuMs')
  return { perSecond: [count / seconds], cpuMs: [cpuMs / count] }
}
