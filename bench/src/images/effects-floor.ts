import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import {
  BLUR,
  type Effect,
  type EffectsRound,
  type EffectsSetup,
  MARGIN,
  RADIUS,
  SHARE,
  WIDTHS,
} from './effects-setup.ts'

// A bare script by the manual of sharp: one decode to the raw pixels of the largest variant, and every variant from
// those, each read back once, since that is part of the work.
serveSide(async (given) => {
  const setup = given as EffectsSetup
  sharp.concurrency(1)
  sharp.cache(false)
  const directory = join(setup.directory, `floor-${setup.effect}`)
  return {
    round: async (input) => {
      const { photographs } = input as EffectsRound
      await mkdir(directory)
      const cpu = cpuMeter()
      for (const path of photographs) await makeOne(path, setup, directory)
      const figures = { cpuMs: [cpu() / photographs.length] }
      await rm(directory, { recursive: true })
      return figures
    },
    stop: async () => {},
  }
})

async function makeOne(path: string, { effect, overlay }: EffectsSetup, directory: string): Promise<void> {
  await sharp(path).metadata()
  const { data, info } = await sharp(path).autoOrient().resize(WIDTHS[0]).raw().toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  for (const width of WIDTHS) {
    const height = Math.round((info.height * width) / info.width)
    const pipeline = sharp(data, { raw })
    if (width !== info.width) pipeline.resize(width, height, { fit: 'fill' })
    const file = join(directory, `${width}.webp`)
    await (await EFFECT[effect](pipeline, { width, height, overlay })).webp({ quality: 80, effort: 4 }).toFile(file)
    await sharp(await readFile(file)).metadata()
  }
}

interface Output {
  readonly width: number
  readonly height: number
  readonly overlay: string
}

const EFFECT: Readonly<Record<Effect, (pipeline: Sharp, output: Output) => Promise<Sharp>>> = {
  overlay: async (pipeline, { width, height, overlay }) => {
    const { data, info } = await sharp(overlay)
      .resize(Math.round(width * SHARE))
      .toBuffer({ resolveWithObject: true })
    return pipeline.composite([{ input: data, left: width - info.width - MARGIN, top: height - info.height - MARGIN }])
  },
  blur: async (pipeline) => pipeline.blur(BLUR),
  radius: async (pipeline, { width, height }) => {
    const svg = `<svg width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${RADIUS}"/></svg>`
    return pipeline.composite([{ input: Buffer.from(svg), blend: 'dest-in' }])
  },
}
