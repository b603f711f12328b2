import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { type BareStore, bareBucket, bareDirectory } from './bare-store.ts'
import { CROPS, type FloorPlan, type ImagesRound, type ImagesSetup, INSIDES } from './setup.ts'

// A bare script. With the chain plan: one decode of the photo, shrunk on load, to the raw pixels of the largest
// variant, and every variant from those.
serveSide(async (setup) => {
  const { directory, plan, bucket } = setup as ImagesSetup
  const store = bucket === null ? bareDirectory(join(directory, `bare-${plan}`)) : bareBucket(bucket)
  sharp.concurrency(1)
  sharp.cache(false)
  return {
    round: async (input) => {
      const { photographs } = input as ImagesRound
      await store.prepare(photographs)
      const cpu = cpuMeter()
      const begin = performance.now()
      await makeAll(photographs, store, plan)
      const figures = { ms: [performance.now() - begin], cpuMs: [cpu() / photographs.length] }
      await store.clear()
      return figures
    },
    stop: async () => {},
  }
})

/** As many photos at once as there are cores, each photo's variants one after the other or all at once. */
async function makeAll(photographs: readonly string[], store: BareStore, plan: FloorPlan): Promise<void> {
  const queue = photographs.entries()
  const work = async (): Promise<void> => {
    for (const [index, path] of queue) await makeOne(path, { store, plan, name: String(index) })
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
}

interface Making {
  readonly store: BareStore
  readonly plan: FloorPlan
  readonly name: string
}

async function makeOne(path: string, { store, plan, name }: Making): Promise<void> {
  const photograph = await store.read(path)
  const base = plan === 'decode_for_each' ? () => sharp(photograph).autoOrient() : await decodeOnce(photograph)
  const write = (variant: string, pipeline: Sharp): Promise<void> =>
    store.write(`${name}-${variant}.webp`, pipeline.webp({ quality: 80, effort: 4 }))
  const inside = (size: number): Sharp => base().resize(size, size, { fit: 'inside', withoutEnlargement: true })
  const encodes = [
    () => write('large', plan === 'decode_for_each' ? inside(INSIDES.large) : base()),
    () => write('medium', inside(INSIDES.medium)),
    () => write('small', inside(INSIDES.small)),
    () => write('thumb', base().resize(CROPS.thumb, CROPS.thumb, { fit: 'cover' })),
  ]
  if (plan === 'variants_at_once') {
    await Promise.all(encodes.map((encode) => encode()))
    return
  }
  for (const encode of encodes) await encode()
}

async function decodeOnce(photograph: string | Uint8Array): Promise<() => Sharp> {
  const inLargest = { width: INSIDES.large, height: INSIDES.large, fit: 'inside', withoutEnlargement: true } as const
  const decoded = await sharp(photograph).autoOrient().resize(inLargest).raw().toBuffer({ resolveWithObject: true })
  const raw = { width: decoded.info.width, height: decoded.info.height, channels: decoded.info.channels }
  return () => sharp(decoded.data, { raw })
}
