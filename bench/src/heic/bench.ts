import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { figure } from '../alternate.ts'
import type { Bench, BenchContext } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { photographs } from '../images/photographs.ts'
import type { HeicRound, HeicSetup } from './setup.ts'

const run = promisify(execFile)

/** HEIC photos, one at a time. */
export const heic: Bench = {
  name: 'heic',
  describe: 'HEIC photos of 12 MP, one at a time, 4 WebP variants each, by the image processor alone',
  run: async (context) => {
    const { isQuick, directory, signal } = context
    const setup: HeicSetup = { directory }
    const programs = {
      floor: { program: new URL('floor.ts', import.meta.url), setup },
      rindle: { program: new URL('rindle.ts', import.meta.url), setup },
    }
    const path = await heicPhotograph(context)
    const round: HeicRound = { photographs: Array.from({ length: isQuick ? 1 : 4 }, () => path) }
    const duration = isQuick ? { warmUps: 0, rounds: 1, maxSeconds: 5 } : { warmUps: 1, rounds: 8, maxSeconds: 120 }
    const figures = await compareSides(programs, { ...duration, input: () => round, signal })
    return [
      {
        name: 'heic',
        unit: 'ms',
        better: 'lower',
        floor: figure(figures.floor, 'ms'),
        rindle: figure(figures.rindle, 'ms'),
        budget: timesFloor(1.1),
        cpu: { item: 'photo', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
      },
    ]
  },
}

/** A photo of the other benches, coded by heif-enc: there is no encoder for HEIC on npm. */
async function heicPhotograph({ isQuick, sharedDirectory, signal }: BenchContext): Promise<string> {
  const megapixels = isQuick ? 2 : 12
  const [jpeg = ''] = await photographs({ megapixels, count: 1, directory: sharedDirectory })
  const path = join(sharedDirectory, `photograph-${megapixels}.heic`)
  if (existsSync(path)) return path
  try {
    await run('heif-enc', ['-q', '50', '-o', path, jpeg], { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new Error('heif-enc cannot make the photo; it is a program of Debian libheif-examples.', { cause: error })
  }
  return path
}
