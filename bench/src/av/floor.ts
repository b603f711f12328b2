import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { type FfmpegRun, recordRuns } from './record-runs.ts'
import { type AvRound, type AvSetup, OUTPUTS } from './setup.ts'

// ffmpeg alone, with Rindle's own arguments: a run for each output, or for all that share a decode.
serveSide(async (setup) => {
  const { directory, outputs, isTogether } = setup as AvSetup
  const recorded = new Map<string, { readonly directory: string; readonly runs: readonly FfmpegRun[] }>()
  return {
    round: async (input) => {
      const { clip } = input as AvRound
      let known = recorded.get(clip)
      if (known === undefined) {
        const made = join(directory, `floor-${isTogether ? 'together' : 'each'}-${recorded.size}`)
        known = { directory: made, runs: await recordRuns(clip, OUTPUTS[outputs], made, isTogether) }
        recorded.set(clip, known)
      }
      const begin = performance.now()
      const cpuMs = cpuMeter()
      for (const each of known.runs) await run(each)
      const figures = { ms: [performance.now() - begin], cpuMs: [cpuMs()] }
      for (const name of Object.keys(OUTPUTS[outputs])) await removeOutput(known.directory, name)
      return figures
    },
    stop: async () => {},
  }
})

async function run({ program, arguments: args }: FfmpegRun): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${args.join(' ')}`)
}

async function removeOutput(directory: string, name: string): Promise<void> {
  for (const extension of ['mp4', 'm4a', 'mp3', 'jpg'])
    await rm(join(directory, `${name}.${extension}`), { force: true })
}
