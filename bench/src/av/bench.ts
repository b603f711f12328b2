import { join } from 'node:path'
import { inspectFfmpeg } from '@rindle/processor-av'
import { figure } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { makeClip } from './make-clip.ts'
import type { AvRound, AvSetup, OutputsName } from './setup.ts'

interface Scenario {
  readonly outputs: OutputsName
  /** Length of the clip, except in a smoke run. */
  readonly seconds: number
  readonly maxSeconds: number
  /** At most this many times the floor. */
  readonly factor: number
}

const SMALL = { size: '320x180', seconds: 2 } as const

/** One transcode. */
export const av: Bench = {
  name: 'av',
  describe: '60 s of 1080p30 → one 720p MP4, registered → ready, against ffmpeg with the same arguments',
  run: (context) => compare('av', { outputs: 'one', seconds: 60, maxSeconds: 200, factor: 1.03 }, context),
}

/** Several outputs of one source. */
export const avOutputs: Bench = {
  name: 'av-outputs',
  describe: '30 s of 1080p30 → 720p, 480p, M4A and MP3, registered → ready, against a run of ffmpeg for each',
  run: (context) => compare('av-outputs', { outputs: 'several', seconds: 30, maxSeconds: 120, factor: 0.88 }, context),
}

async function compare(
  name: string,
  { outputs, seconds, maxSeconds, factor }: Scenario,
  { isQuick, directory, createDatabase, signal }: BenchContext,
): Promise<readonly Measurement[]> {
  const setup: AvSetup = { directory, databaseUrl: await createDatabase(), outputs, isTogether: false }
  const { ffmpeg } = await inspectFfmpeg()
  const small = await makeClip(ffmpeg.path, join(directory, 'small.mp4'), SMALL)
  const large = isQuick
    ? small
    : await makeClip(ffmpeg.path, join(directory, 'large.mp4'), { size: '1920x1080', seconds })
  const programs = {
    floor: { program: new URL('floor.ts', import.meta.url), setup },
    rindle: { program: new URL('rindle.ts', import.meta.url), setup },
  }
  const input = (isWarmUp: boolean): AvRound => ({ clip: isWarmUp ? small : large })
  const duration = isQuick ? { warmUps: 0, rounds: 1, maxSeconds } : { warmUps: 1, rounds: 3, maxSeconds }
  const figures = await compareSides(programs, { ...duration, input, signal })
  return [
    {
      name,
      unit: 'ms',
      better: 'lower',
      floor: figure(figures.floor, 'ms'),
      rindle: figure(figures.rindle, 'ms'),
      budget: timesFloor(factor),
      cpu: { item: 'clip', floorMs: figure(figures.floor, 'cpuMs'), rindleMs: figure(figures.rindle, 'cpuMs') },
    },
  ]
}
