import { alternate, type Figures, figure } from '../alternate.ts'
import type { Bench } from '../bench.ts'
import { amountOf, timesFloor } from '../budget.ts'
import { type Side, startSide } from '../side.ts'
import { sendUpload } from './send-upload.ts'
import type { UploadFacts, UploadSetup } from './setup.ts'

const MEBIBYTE = 1024 * 1024

/** Large uploads through the application. */
export const upload: Bench = {
  name: 'upload',
  describe: '1 GiB through HTTP on this machine, sniffed, hashed and written to the disk in one pass',
  run: async ({ isQuick, directory, createDatabase, signal }) => {
    const setup: UploadSetup = { directory, databaseUrl: await createDatabase() }
    await using floor = await startSide(new URL('floor.ts', import.meta.url), { setup, signal })
    await using rindle = await startSide(new URL('rindle.ts', import.meta.url), { setup, signal })
    const byteSize = (isQuick ? 32 : 1024) * MEBIBYTE
    const figures = await alternate(
      { floor: () => uploadOnce(floor, byteSize), rindle: () => uploadOnce(rindle, byteSize) },
      { warmUps: 1, rounds: isQuick ? 1 : 9, maxSeconds: 75 },
    )
    return [
      {
        name: 'upload',
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        budget: timesFloor(1.15),
        cpu: { item: 'GiB', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
      {
        name: 'upload/memory',
        unit: 'MB',
        better: 'lower',
        floor: figure(figures.floor, 'peakMB'),
        rindle: figure(figures.rindle, 'peakMB'),
        budget: amountOf(64, 'MB'),
      },
    ]
  },
}

async function uploadOnce(side: Side, byteSize: number): Promise<Figures> {
  const { port } = side.facts as UploadFacts
  const measured = side.round()
  await sendUpload(port, byteSize)
  return measured
}
