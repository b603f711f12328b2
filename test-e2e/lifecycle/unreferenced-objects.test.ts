import { type Processor, RindleError } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

const { thumb } = photo.variants
const profiles = { photo: { ...photo, variants: { first: thumb, second: image.crop(7, 32, { format: 'webp' }) } } }

/** The work of the processor on the variants of a job. */
let work: Processor['process']
let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({
    profiles,
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    processors: [{ ...quickProcessor(), process: (request) => work(request) }],
  })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

/** The keys of an asset's objects, and those of them that no row knows. */
async function objectsOf(
  id: string,
): Promise<{ readonly all: readonly string[]; readonly unknown: readonly string[] }> {
  const all: string[] = []
  for await (const { key } of application.storage.list('')) if (key.includes(id)) all.push(key)
  const asset = await application.rindle.asset(id)
  const known = [asset?.storageKey, ...(asset?.variants ?? []).map(({ storageKey }) => storageKey)]
  return { all, unknown: all.filter((key) => !known.includes(key)) }
}

/** Uploads a picture, and waits until the work on its variants, which `making` does, has ended; returns the asset's id. */
async function worked(making: Processor['process']): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  work = async (request) => making(request).then(resolve, reject)
  const { id } = await application.rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  await promise
  return id
}

it('an output that comes after its asset was quarantined leaves no object behind', async () => {
  const id = await worked(async (request) => {
    const [first, ...others] = request.variants
    if (first === undefined) throw new Error('There is nothing to make.')
    await request.onOutcome({ name: first.name, error: new RindleError('corrupt_media', 'It is damaged.') })
    await quickProcessor().process({ ...request, variants: others })
  })
  expect(await settled(application.rindle, id)).toMatchObject({ state: 'quarantined', errorReason: 'corrupt_media' })
  await vi.waitFor(async () => expect((await objectsOf(id)).unknown).toEqual([]), { timeout: 10_000 })
  expect((await objectsOf(id)).all).toHaveLength(1)
})

it('outputs that come after their work was cancelled leave none either', async () => {
  const id = await worked(async (request) => {
    const { variants } = await application.rindle.listVariants({ state: 'processing' })
    await application.rindle.cancelProcessing(variants[0]?.assetId ?? '')
    await quickProcessor().process({ ...request, signal: new AbortController().signal })
  })
  await vi.waitFor(async () => expect((await objectsOf(id)).unknown).toEqual([]), { timeout: 10_000 })
  expect((await objectsOf(id)).all).toHaveLength(1)
})
