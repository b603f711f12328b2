import { join } from 'node:path'
import { inspectFfmpeg } from '@rindle/processor-av'
import { figure } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { makeClip } from './make-clip.ts'
import type { AvRound, AvSetup } from './setup.ts'

/** A stream of three sizes, a plain video and a poster. */
export const stream: Bench = {
  name: 'stream',
  describe:
    '20 s of 1080p30 → a stream of 1080p, 720p and 480p, its sound, a 720p MP4 and a poster, against ffmpeg with the ' +
    'same arguments, and by CPU time against a run for each',
  run: measure,
}

async function measure({ isQuick, directory, createDatabase, signal }: BenchContext): Promise<readonly Measurement[]> {
  const { ffmpeg } = await inspectFfmpeg()
  const small = await makeClip(ffmpeg.path, join(directory, 'small.mp4'), { size: '320x180', seconds: 2 })
  const large = isQuick
    ? small
    : await makeClip(ffmpeg.path, join(directory, 'large.mp4'), { size: '1920x1080', seconds: 20 })
  const setup = { directory, databaseUrl: await createDatabase(), outputs: 'stream' } as const
  const floor = new URL('floor.ts', import.meta.url)
  const programs = {
    floor: { program: floor, setup: { ...setup, isTogether: true } satisfies AvSetup },
    rindle: { program: new URL('rindle.ts', import.meta.url), setup: { ...setup, isTogether: true } satisfies AvSetup },
  }
  const input = (isWarmUp: boolean): AvRound => ({ clip: isWarmUp ? small : large })
  const duration = isQuick ? { warmUps: 0, rounds: 1, maxSeconds: 300 } : { warmUps: 1, rounds: 3, maxSeconds: 260 }
  const figures = await compareSides(programs, { ...duration, input, signal })
  // Its margin is wide: one round is enough, and the others have more.
  const separate = await compareSides(
    { each: { program: floor, setup: { ...setup, isTogether: false } satisfies AvSetup } },
    { ...duration, rounds: 1, input, signal },
  )
  return [
    {
      name: 'stream',
      unit: 'ms',
      better: 'lower',
      floor: figure(figures.floor, 'ms'),
      rindle: figure(figures.rindle, 'ms'),
      budget: timesFloor(1.03),
      cpu: {
        item: 'a film',
        floorMs: figure(figures.floor, 'cpuMs'),
        rindleMs: figure(figures.rindle, 'cpuMs'),
      },
    },
    {
      name: 'stream/cpu',
      unit: 'ms',
      better: 'lower',
      floor: figure(separate.each, 'cpuMs'),
      against: 'a run for each',
      rindle: figure(figures.rindle, 'cpuMs'),
      budget: timesFloor(0.95),
    },
  ]
}
