import { stat } from 'node:fs/promises'
import { alternate, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { CLIENTS, readByAll } from '../read-by-all.ts'
import type { ServeSetup } from '../serve/setup.ts'
import type { PlaylistFacts, PlaylistSetup } from './setup.ts'

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
