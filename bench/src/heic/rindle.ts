import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { heic } from '@rindle/decoder-heic'
import { imageProcessor } from '@rindle/processor-image'
import { collectOutcomes, outputOf, processRequest } from '@rindle/testing'
import { cpuMeter } from '../cpu-meter.ts'
import { VARIANTS } from '../images/setup.ts'
import { serveSide } from '../serve-side.ts'
import type { HeicRound, HeicSetup } from './setup.ts'

serveSide(async (setup) => {
  const directory = join((setup as HeicSetup).directory, 'rindle')
  const processor = imageProcessor({ concurrency: 1, decoders: [heic()] })
  const makeAll = async (path: string): Promise<void> => {
    await mkdir(directory)
    const source = { path, contentType: 'image/heic', byteSize: (await stat(path)).size }
    const outcomes = await collectOutcomes(processor, processRequest(processor.recipes, source, VARIANTS, directory))
    for (const outcome of outcomes.values()) outputOf(outcome)
    await rm(directory, { recursive: true })
  }
  return {
    round: async (input) => {
      const { photographs } = input as HeicRound
      const cpu = cpuMeter()
      const begin = performance.now()
      for (const path of photographs) await makeAll(path)
      return { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
    },
    stop: () => processor.stop(),
  }
})
