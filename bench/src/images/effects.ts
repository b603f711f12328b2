import { join } from 'node:path'
import sharp from 'sharp'
import { figure } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { timesFloor } from '../budget.ts'
import { compareSides } from '../compare-sides.ts'
import { EFFECTS, type Effect, type EffectsSetup } from './effects-setup.ts'
import { photographs } from './photographs.ts'

const QUICK = { megapixels: 2, count: 1, warmUps: 1, rounds: 1, maxSeconds: 5 } as const
const LARGE = { megapixels: 12, count: 2, warmUps: 1, rounds: 9, maxSeconds: 60 } as const

/** The cost of effects, beside sharp alone. */
export const imageEffects: Bench = {
  name: 'image-effects',
  describe:
    'an overlay, a blur, round corners: CPU time of 3 WebP variants of a photo of 12 MP, by the processor alone',
  run: async (context) => {
    const overlay = join(context.directory, 'overlay.png')
    const mark = { width: 600, height: 200, channels: 4, background: { r: 255, g: 255, b: 255, alpha: 0.5 } } as const
    await sharp({ create: mark }).png().toFile(overlay)
    const measurements: Measurement[] = []
    for (const effect of EFFECTS) measurements.push(await measure(effect, overlay, context))
    return measurements
  },
}

async function measure(effect: Effect, overlay: string, context: BenchContext): Promise<Measurement> {
  const scenario = context.isQuick ? QUICK : LARGE
  const chosen = await photographs({ ...scenario, directory: context.sharedDirectory })
  const setup: EffectsSetup = { directory: context.directory, overlay, effect }
  const { floor, rindle } = await compareSides(
    {
      floor: { program: new URL('effects-floor.ts', import.meta.url), setup },
      rindle: { program: new URL('effects-rindle.ts', import.meta.url), setup },
    },
    { ...scenario, input: () => ({ photographs: chosen }), signal: context.signal },
  )
  return {
    name: `image-effects/${effect}`,
    unit: 'ms',
    better: 'lower',
    floor: figure(floor, 'cpuMs'),
    rindle: figure(rindle, 'cpuMs'),
    budget: timesFloor(1.05),
  }
}
