import type { Processor } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const square = (side: number) => image.fit(side, side, { format: 'webp' })
const variants = { small: square(8), medium: square(16), large: square(32), thumb: photo.variants.thumb }
const profiles = { photo: { ...photo, variants } }

/** The work of the processor on the variants of a job. */
let work: Processor['process']
let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({
    profiles,
    processors: [{ ...quickProcessor(), process: (request) => work(request) }],
  })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

const upload = async () => application.rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })

it('each output counts as soon as it is stored, and the asset is ready with the last', async () => {
  const seen: string[] = []
  work = async (request) => {
    for (const variant of request.variants) {
      await quickProcessor().process({ ...request, variants: [variant] })
      const { assets } = await application.rindle.listAssets({ limit: 1 })
      const asset = await application.rindle.asset(assets[0]?.id ?? '')
      const ready = asset?.variants.filter(({ state }) => state === 'ready') ?? []
      seen.push(`${asset?.state} with ${ready.length}`)
    }
  }
  const asset = await settled(application.rindle, (await upload()).id)
  expect(asset.state).toBe('ready')
  expect(seen.slice(0, 3)).toEqual(['processing with 1', 'processing with 2', 'processing with 3'])
  expect(asset.variants.map(({ progress, errorReason }) => [progress, errorReason])).toEqual(
    Array.from({ length: 4 }, () => [100, null]),
  )
  expect(
    await application.rindle.prisma.mediaProcessingRun.findMany({
      where: { assetId: asset.id, variantName: { not: null }, state: { not: 'succeeded' } },
    }),
  ).toEqual([])
})

it('outputs that come at the same moment leave no asset behind in work', async () => {
  work = async (request) => {
    await Promise.all(request.variants.map((variant) => quickProcessor().process({ ...request, variants: [variant] })))
  }
  const uploads = await Promise.all(Array.from({ length: 8 }, upload))
  for (const { id } of uploads) expect(await settled(application.rindle, id)).toMatchObject({ state: 'ready' })
})
