import sharp from 'sharp'
import type { Bench, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { photographs } from '../images/photographs.ts'
import { type AvifSetting, DEFAULT, EFFORTS, ENCODERS_DEFAULT, VARIATIONS } from './settings.ts'
import { type Pixels, ssim } from './ssim.ts'

const LONGEST_SIDE = 1024
const QUICK_SIDE = 64
/** Those around the default, which is 50. */
const QUALITIES = [35, 50, 65] as const

/** One encode. */
interface Encode {
  readonly ssim: number
  readonly cpuMs: number
  readonly wallMs: number
  readonly kilobytes: number
}

type Cost = Exclude<keyof Encode, 'ssim'>

/** What a setting costs for the same quality: the curve by which the default effort was chosen. */
export const avif: Bench = {
  name: 'avif',
  describe: 'CPU time, wall time and bytes of AVIF settings for equal SSIM: the default, against that of the encoder',
  run: async ({ isQuick, sharedDirectory, signal }) => {
    const paths = await photographs({
      megapixels: isQuick ? 2 : 12,
      count: isQuick ? 1 : 6,
      directory: sharedDirectory,
    })
    const settings = { ...EFFORTS, ...VARIATIONS }
    const costs = new Map(Object.keys(settings).map((name) => [name, [] as Omit<Encode, 'ssim'>[]]))
    for (const path of paths) {
      signal.throwIfAborted()
      const picture = await pixelsOf(path, isQuick ? QUICK_SIDE : LONGEST_SIDE)
      const encodes = new Map<string, readonly Encode[]>()
      for (const [name, setting] of Object.entries(settings)) encodes.set(name, await encodeAll(picture, setting))
      const target = encodes.get(DEFAULT)?.[QUALITIES.indexOf(50)]?.ssim ?? 1
      for (const [name, points] of encodes) costs.get(name)?.push(costAt(points, target))
    }
    return [
      measurementOf(costs, 'cpuMs', { name: 'avif/cpu', unit: 'ms', budget: timesFloor(0.25) }),
      measurementOf(costs, 'kilobytes', { name: 'avif/bytes', unit: 'kB', budget: timesFloor(1.1) }),
      measurementOf(costs, 'wallMs', { name: 'avif/wall', unit: 'ms', budget: timesFloor(0.25) }),
    ]
  },
}

function measurementOf(
  costs: ReadonlyMap<string, readonly Omit<Encode, 'ssim'>[]>,
  cost: Cost,
  kind: Pick<Measurement, 'name' | 'unit' | 'budget'>,
): Measurement {
  const valuesOf = (name: string): readonly number[] => costs.get(name)?.map((each) => each[cost]) ?? []
  const others = [...costs.keys()].filter((name) => name !== DEFAULT && name !== ENCODERS_DEFAULT)
  return {
    ...kind,
    better: 'lower',
    floor: valuesOf(ENCODERS_DEFAULT),
    against: ENCODERS_DEFAULT,
    rindle: valuesOf(DEFAULT),
    peers: Object.fromEntries(others.map((name) => [name, valuesOf(name)])),
  }
}

async function pixelsOf(path: string, side: number): Promise<Pixels> {
  const pipeline = sharp(path).rotate().resize(side, side, { fit: 'inside' }).toColourspace('srgb').removeAlpha()
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

async function encodeAll(picture: Pixels, setting: AvifSetting): Promise<readonly Encode[]> {
  const threads = sharp.concurrency()
  sharp.concurrency(setting.threads)
  try {
    const encodes: Encode[] = []
    for (const quality of QUALITIES) encodes.push(await encode(picture, { ...setting.options, quality }))
    return encodes
  } finally {
    sharp.concurrency(threads)
  }
}

async function encode(picture: Pixels, options: AvifSetting['options']): Promise<Encode> {
  const { data, width, height } = picture
  const raw = { width, height, channels: 3 } as const
  const cpu = process.cpuUsage()
  const begin = performance.now()
  const encoded = await sharp(data, { raw }).avif(options).toBuffer()
  const wallMs = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  const decoded = await sharp(encoded).removeAlpha().raw().toBuffer()
  return {
    ssim: ssim(picture, { ...picture, data: decoded }),
    cpuMs: (user + system) / 1000,
    wallMs,
    kilobytes: encoded.length / 1000,
  }
}

/** The cost of a quality between those that were tried, or beyond them: by the line through the nearest two. Pure. */
function costAt(encodes: readonly Encode[], target: number): Omit<Encode, 'ssim'> {
  const sorted = encodes.toSorted((a, b) => a.ssim - b.ssim)
  const above = Math.min(Math.max(1, sorted.filter((each) => each.ssim < target).length), sorted.length - 1)
  const [from, to] = [sorted[above - 1], sorted[above]]
  if (from === undefined || to === undefined) throw new Error('A curve needs two qualities.')
  const part = to.ssim === from.ssim ? 0 : (target - from.ssim) / (to.ssim - from.ssim)
  const between = (cost: Cost): number => from[cost] * (to[cost] / from[cost]) ** part
  return { cpuMs: between('cpuMs'), wallMs: between('wallMs'), kilobytes: between('kilobytes') }
}
