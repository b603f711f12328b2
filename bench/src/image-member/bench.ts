import { stat } from 'node:fs/promises'
import { alternate, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { floorPlus, timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import { photographs } from '../images/photographs.ts'
import { readByAll } from '../read-by-all.ts'
import type { ServeSetup } from '../serve/setup.ts'
import type { MemberFacts, MemberSetup } from './setup.ts'

/** An image of a family: once it is there, and for the first request. */
export const imageMember: Bench = {
  name: 'image-member',
  describe:
    'an image of a family by its URL, local storage: ready, against a bare file server; cold, against bare sharp',
  run: async ({ isQuick, directory, sharedDirectory, createDatabase, signal }) => {
    const chosen = await photographs({ megapixels: isQuick ? 2 : 12, count: 1, directory: sharedDirectory })
    const setup: MemberSetup = { directory, databaseUrl: await createDatabase(), photograph: chosen[0] ?? '' }
    await using made = await startSides({ rindle: { program: new URL('rindle.ts', import.meta.url), setup } }, signal)
    const { rindle } = made.sides
    const { path, port, file } = rindle.facts as MemberFacts
    const floors: ServeSetup = { directory, databaseUrl: '', file }
    await using started = await startSides(
      {
        files: { program: new URL('file-floor.ts', import.meta.url), setup: floors },
        sharp: { program: new URL('sharp-floor.ts', import.meta.url), setup },
      },
      signal,
    )
    const { files, sharp } = started.sides
    const rounds = { warmUps: 1, rounds: isQuick ? 1 : 12, maxSeconds: 30 }
    const { size: byteSize } = await stat(file)
    const times = isQuick ? 20 : 50
    const ready = await alternate(
      {
        floor: () => readByAll(files, { ...(files.facts as { port: number; path: string }), times, byteSize }),
        rindle: () => readByAll(rindle, { port, path, times, byteSize }),
      },
      rounds,
    )
    const cold = await alternate({ floor: () => sharp.round(), rindle: () => rindle.round({ isCold: true }) }, rounds)
    return [
      {
        name: 'image-member',
        unit: '1/s',
        better: 'higher',
        floor: figure(ready.floor, 'perSecond'),
        rindle: figure(ready.rindle, 'perSecond'),
        budget: timesFloor(0.8),
        cpu: { item: 'image', floorMs: figure(ready.floor, 'cpuMs'), rindleMs: figure(ready.rindle, 'cpuMs') },
      },
      {
        name: 'image-member/cold',
        unit: 'ms',
        better: 'lower',
        floor: figure(cold.floor, 'ms'),
        rindle: figure(cold.rindle, 'ms'),
        budget: floorPlus(60, 'ms'),
      },
    ]
  },
}
