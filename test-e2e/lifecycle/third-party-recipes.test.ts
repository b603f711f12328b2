import { readFile } from 'node:fs/promises'
import { qrProcessor } from '@acme/rindle-qr'
import { qr } from '@acme/rindle-qr/recipes'
import { defineProfile, type Processor, type Rindle, RindleError } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { decodeQR } from 'qr/decode.js'
import sharp from 'sharp'
import { expect, expectTypeOf, test, vi } from 'vitest'
import { settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { photo } from '../support/photo-profiles.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

const CARD = ['BEGIN:VCARD', 'VERSION:4.0', 'FN:Ada Lovelace', 'TEL:+44 20 7946 0000', 'END:VCARD', ''].join('\r\n')

const contact = defineProfile({
  storage: 'main',
  accept: { types: ['text/vcard'], maxBytes: 2900 },
  variants: { code: qr({ size: 512 }) },
})
const profiles = { contact, photo }

async function textOf(svg: Buffer | undefined): Promise<string> {
  const { data, info } = await sharp(svg).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return decodeQR({ width: info.width, height: info.height, data })
}

test("a third party's variant of an uploaded text file is made, stored, and shown by its name", async () => {
  await using application = await startApplication({ profiles, processors: [qrProcessor()] })
  const { rindle, storage } = application
  await application.work()
  const { id } = await rindle.upload('contact', Buffer.from(CARD), { filename: 'ada.vcf' })
  const asset = await settled(rindle, id)
  expect(asset).toMatchObject({
    state: 'ready',
    contentType: 'text/vcard',
    variants: [
      { name: 'code', state: 'ready', outputKind: 'image', contentType: 'image/svg+xml', width: 512, height: 512 },
    ],
  })
  const key = asset.variants[0]?.storageKey ?? ''
  expect(await textOf(await readFile(storage.localPath(key) ?? ''))).toBe(CARD)
  const narrowed = rindle.narrow(asset, 'contact')
  const url = await rindle.variantUrl(narrowed, 'code')
  expect(url).toMatch(/^http:/)
  const served = await rindle.serveFile(new Request(url ?? ''))
  expect(await textOf(Buffer.from(await served.arrayBuffer()))).toBe(CARD)
  expect(await rindle.picture(narrowed, { variants: ['code'], alt: "Ada Lovelace's card" })).toMatchObject({
    img: { width: 512, height: 512, alt: "Ada Lovelace's card" },
  })
})

test('a worker without the processor leaves the variant, says so, and one that has it makes the variant', async () => {
  const jobs = () => pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })
  await using application = await startApplication({ profiles, jobs: jobs(), processors: [warmImageProcessor()] })
  const { rindle } = application
  const equipped = await application.another({ jobs: jobs(), processors: [qrProcessor()] })
  const promoting = await equipped.work({ queues: ['rindle_promote'] })
  const workers = await rindle.work({ queues: ['rindle_process'] })
  const { id } = await rindle.upload('contact', Buffer.from(CARD), { filename: 'ada.vcf' })
  await vi.waitFor(
    async () => {
      await makeDue(rindle)
      expect((await rindle.asset(id))?.variants).toMatchObject([
        { state: 'queued', errorReason: 'processor_capability_missing', attempt: 0, waitingSince: expect.any(Date) },
      ])
    },
    { timeout: 20_000, interval: 20 },
  )
  const { findings } = await rindle.runtimeStatus({ olderThanSeconds: 0 })
  expect(findings).toContainEqual(
    expect.objectContaining({
      class: 'waiting_work',
      examples: [expect.objectContaining({ assetId: id, variantName: 'code', reason: 'processor_capability_missing' })],
    }),
  )
  const report = await rindle.doctor({ offline: true })
  expect(report.checks).toContainEqual(
    expect.objectContaining({
      id: 'profile.processors',
      status: 'error',
      fix: expect.stringContaining('@acme/rindle-qr'),
    }),
  )

  await Promise.all([workers.stop(), promoting.stop()])
  await equipped.work()
  await makeDue(equipped)
  expect(await settled(equipped, id)).toMatchObject({
    state: 'ready',
    variants: [{ state: 'ready', errorReason: null, waitingSince: null }],
  })
})

test('a file that a processor has probed and cannot read is refused, although a recipe names its type', async () => {
  const choosy: Processor = {
    ...qrProcessor(),
    probes: new Set(['text/vcard']),
    probe: () => Promise.reject(new RindleError('unsupported_codec', 'A card of version 4.')),
  }
  await using application = await startApplication({ profiles, processors: [choosy] })
  await application.work()
  const { id } = await application.rindle.upload('contact', Buffer.from(CARD), { filename: 'ada.vcf' })
  expect(await settled(application.rindle, id)).toMatchObject({
    state: 'quarantined',
    errorReason: 'unsupported_codec',
    variants: [],
  })
})

test('the application has the types of the recipe: its name, its output, its options', () => {
  type Application = Rindle<{ readonly contact: typeof contact }>
  expectTypeOf<Parameters<Application['variantUrl']>[1]>().toEqualTypeOf<'code'>()
  // @ts-expect-error an option that the third party does not have
  expect(qr({ size: 512, glow: 3 }).problems).toHaveLength(1)
  // @ts-expect-error a value that the option does not take
  expect(qr({ correction: 'extreme' }).problems).toHaveLength(1)
})
