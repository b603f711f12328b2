import { join } from 'node:path'
import { startS3Server } from '@rindle/test-s3'
import { type Figures, figure } from '../alternate.ts'
import type { Bench, BenchContext, Measurement } from '../bench.ts'
import { floorPlus, timesFloor } from '../budget.ts'
import type { SideProgram } from '../compare-sides.ts'
import { BARE_SCRIPT, compareImages } from './compare.ts'
import { installPayload } from './install-payload.ts'
import type { ImagesSetup, PayloadSetup } from './setup.ts'

const QUICK = { megapixels: 2, count: 1, warmUps: 0, rounds: 1, maxSeconds: 5 } as const
const LARGE = { megapixels: 12, count: 6, warmUps: 1, rounds: 8, maxSeconds: 75 } as const
const LARGE_WITH_PEERS = { ...LARGE, maxSeconds: 240 } as const
const SMALL = { megapixels: 2, count: 6, warmUps: 1, rounds: 4, maxSeconds: 80 } as const
const ONE = { megapixels: 12, count: 1, warmUps: 2, rounds: 25, maxSeconds: 60 } as const

const DECODE_FOR_EACH = 'sharp, a decode for each variant'
const PAYLOAD = "Payload's local API"

/** Throughput over large photos, beside that of others. */
export const images: Bench = {
  name: 'images',
  describe: '24 photos of 12 MP at once, 4 WebP variants each, uploaded → all ready, local storage',
  run: async (context) => {
    const { isQuick, directory } = context
    const setup: ImagesSetup = { directory, databaseUrl: '', plan: 'decode_for_each', bucket: null }
    const payload = isQuick ? undefined : await payloadSide(context)
    // Enough to measure throughput, and not how a round begins and ends.
    const perRound = isQuick ? 2 : 24
    const { measurement, figures } = await compareImages(
      {
        ...(isQuick ? QUICK : LARGE_WITH_PEERS),
        name: 'images',
        budget: timesFloor(1.05),
        perRound,
        plan: 'photos_at_once',
        peers: {
          [DECODE_FOR_EACH]: { program: BARE_SCRIPT, setup },
          ...(payload === undefined ? {} : { [PAYLOAD]: payload }),
        },
      },
      context,
    )
    const own = [measurement, byCpu(measurement)]
    return payload === undefined ? own : [...own, againstPayload(figures, perRound)]
  },
}

/** The same with an S3 server in between. */
export const imagesS3: Bench = {
  name: 'images-s3',
  describe: '12 photos of 12 MP at once, 4 WebP variants each, an S3 server on this machine',
  run: async (context) => {
    const scenario = context.isQuick ? { ...QUICK, perRound: 2 } : { ...LARGE, perRound: 12 }
    const server = await startS3Server()
    try {
      const { endpoint, region, accessKeyId, secretAccessKey } = server
      const bucket = { endpoint, region, accessKeyId, secretAccessKey, bucket: await server.createBucket() }
      const { measurement } = await compareImages(
        { ...scenario, name: 'images-s3', budget: timesFloor(1.1), plan: 'photos_at_once', bucket },
        context,
      )
      return [measurement]
    } finally {
      await server.stop()
    }
  },
}

/** Throughput over small photos, where the work around each photo weighs more. */
export const smallImages: Bench = {
  name: 'small-images',
  describe: '200 photos of 2 MP in rounds of 50 at once, 4 WebP variants each, uploaded → all ready',
  run: async (context) => {
    const scenario = context.isQuick ? { ...QUICK, perRound: 3 } : { ...SMALL, perRound: 50 }
    const { measurement } = await compareImages(
      { ...scenario, name: 'small-images', budget: timesFloor(1.06), plan: 'photos_at_once' },
      context,
    )
    return [measurement]
  },
}

/** Latency of one photo. */
export const timeToReady: Bench = {
  name: 'time-to-ready',
  describe: 'one photo of 12 MP, verified → 4 WebP variants ready, idle worker',
  run: async (context) => {
    const { measurement } = await compareImages(
      {
        ...(context.isQuick ? QUICK : ONE),
        name: 'time-to-ready',
        budget: floorPlus(40, 'ms'),
        perRound: 1,
        plan: 'variants_at_once',
      },
      context,
    )
    return [measurement]
  },
}

/** `undefined` if it cannot be installed: the other figures do not need it. */
async function payloadSide({ directory, signal, note }: BenchContext): Promise<SideProgram | undefined> {
  try {
    const entry = await installPayload(join(directory, 'payload'), signal)
    const setup: PayloadSetup = { directory, entry }
    return { program: new URL('payload.ts', import.meta.url), setup }
  } catch (error) {
    signal.throwIfAborted()
    note(`images: there is no comparison with Payload, which npm did not install: ${String(error)}`)
    return undefined
  }
}

/** CPU time shows the cost of a photo on a busy machine, too. */
function byCpu({ name, budget, cpu }: Measurement): Measurement {
  const { floorMs = [], rindleMs = [] } = cpu ?? {}
  return { name: `${name}/cpu`, unit: 'ms', better: 'lower', floor: floorMs, rindle: rindleMs, budget }
}

function againstPayload(figures: Readonly<Record<string, Figures>>, photos: number): Measurement {
  const perSecond = (side: string): readonly number[] =>
    figure(figures[side] ?? {}, 'ms').map((ms) => (photos * 1000) / ms)
  return {
    name: 'images/payload',
    unit: '1/s',
    better: 'higher',
    floor: perSecond(PAYLOAD),
    against: PAYLOAD,
    rindle: perSecond('rindle'),
    budget: timesFloor(1.5),
  }
}
