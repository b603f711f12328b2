import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { imageProcessor } from '@rindle/processor-image'
import { imageKind } from '@rindle/processor-image/recipes'
import { collectOutcomes, outputOf, processRequest } from '@rindle/testing'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { type EffectsRound, type EffectsSetup, effectVariants } from './effects-setup.ts'

// The image processor alone, without database or storage: one photo at a time, its variants in sequence.
serveSide(async (given) => {
  const setup = given as EffectsSetup
  const processor = imageProcessor({ concurrency: 1 })
  const variants = effectVariants(setup)
  const directory = join(setup.directory, `rindle-${setup.effect}`)
  return {
    round: async (input) => {
      const { photographs } = input as EffectsRound
      await mkdir(directory)
      const cpu = cpuMeter()
      for (const path of photographs) {
        const source = { path, contentType: 'image/jpeg', byteSize: (await stat(path)).size }
        const request = processRequest([imageKind], source, variants, directory)
        for (const outcome of (await collectOutcomes(processor, request)).values()) outputOf(outcome)
      }
      const figures = { cpuMs: [cpu() / photographs.length] }
      await rm(directory, { recursive: true })
      return figures
    },
    stop: async () => {
      await processor.stop?.()
    },
  }
})
