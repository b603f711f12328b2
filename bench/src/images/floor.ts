import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp, { type OutputInfo, type Sharp } from 'sharp'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import type { FloorPlan, ImagesRound, ImagesSetup } from './setup.ts'

const INSIDE = { large: 2048, medium: 1024, small: 480 } as const
const CROP = { thumb: 160 } as const

// The chain plan in a bare script: one decode of the photo, shrunk on load, to the raw pixels of the largest variant,
// and every variant from those.
serveSide(async (setup) => {
  const { directory, plan } = setup as ImagesSetup
  sharp.concurrency(1)
  sharp.cache(false)
  return {
    round: async (input) => {
      const { photographs } = input as ImagesRound
      const outputs = join(directory, 'floor-outputs')
      await mkdir(outputs)
      const cpu = cpuMeter()
      const begin = performance.now()
      await makeAll(photographs, outputs, plan)
      const figures = { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
      await rm(outputs, { recursive: true })
      return figures
    },
    stop: async () => {},
  }
})

/** As many photos at once as there are cores, each photo's variants one after the other or all at once. */
async function makeAll(photographs: readonly string[], outputs: string, plan: FloorPlan): Promise<void> {
  const queue = photographs.entries()
  const work = async (): Promise<void> => {
    for (const [index, path] of queue) await makeOne(path, join(outputs, String(index)), plan)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
}

async function makeOne(path: string, output: string, plan: FloorPlan): Promise<void> {
  const inLargest = { width: INSIDE.large, height: INSIDE.large, fit: 'inside', withoutEnlargement: true } as const
  const decoded = await sharp(path).autoOrient().resize(inLargest).raw().toBuffer({ resolveWithObject: true })
  const raw = { width: decoded.info.width, height: decoded.info.height, channels: decoded.info.channels }
  const base = (): Sharp => sharp(decoded.data, { raw })
  const write = (name: string, pipeline: Sharp): Promise<OutputInfo> =>
    pipeline.webp({ quality: 80, effort: 4 }).toFile(`${output}-${name}.webp`)
  const inside = (size: number): Sharp => base().resize(size, size, { fit: 'inside', withoutEnlargement: true })
  const encodes = [
    () => write('large', base()),
    () => write('medium', inside(INSIDE.medium)),
    () => write('small', inside(INSIDE.small)),
    () => write('thumb', base().resize(CROP.thumb, CROP.thumb, { fit: 'cover' })),
  ]
  if (plan === 'variants_at_once') {
    await Promise.all(encodes.map((encode) => encode()))
    return
  }
  for (const encode of encodes) await encode()
}
