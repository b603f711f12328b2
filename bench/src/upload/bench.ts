import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { amountOf, timesFloor } from '../budget.ts'
import { startSides } from '../compare-sides.ts'
import type { Side } from '../side.ts'
import { uploadByTus } from '../tus/upload-by-tus.ts'
import { sendForm, sendUpload } from './send-upload.ts'
import type { UploadFacts, UploadSetup } from './setup.ts'

const MEBIBYTE = 1024 * 1024

/** Large uploads through the application, beside other ways to receive them. */
export const upload: Bench = {
  name: 'upload',
  describe: '1 GiB through HTTP on this machine, sniffed, hashed and written to the disk in one pass',
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: UploadSetup = { directory, databaseUrl: await createDatabase() }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
      busboy: { program: new URL('busboy.ts', import.meta.url), setup },
      tus: { program: new URL('../tus/floor.ts', import.meta.url), setup },
    }
    await using started = await startSides(programs, signal)
    const { floor, rindle, busboy, tus } = started.sides
    const byteSize = (isQuick ? 32 : 1024) * MEBIBYTE
    const figures = await alternate(
      {
        floor: () => uploadOnce(floor, byteSize, sendUpload),
        rindle: () => uploadOnce(rindle, byteSize, sendUpload),
        busboy: () => uploadOnce(busboy, byteSize, sendForm),
        tus: () => uploadByTus(tus, byteSize),
      },
      { warmUps: 1, rounds: isQuick ? 1 : 9, maxSeconds: 120 },
    )
    return [
      {
        name: 'upload',
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        budget: timesFloor(1),
        peers: {
          'busboy, sniffed and hashed': figure(figures.busboy, 'ms'),
          '@tus/server, neither': figure(figures.tus, 'ms'),
        },
        cpu: { item: 'GiB', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
      {
        name: 'upload/memory',
        unit: 'MB',
        better: 'lower',
        floor: figure(figures.floor, 'peakMB'),
        rindle: figure(figures.rindle, 'peakMB'),
        budget: amountOf(64, 'MB'),
        peers: { busboy: figure(figures.busboy, 'peakMB') },
      },
    ]
  },
}

async function uploadOnce(
  side: Side,
  byteSize: number,
  send: (port: number, byteSize: number) => Promise<void>,
): Promise<Figures> {
  const { port } = side.facts as UploadFacts
  const measured = side.round()
  await send(port, byteSize)
  return measured
}
