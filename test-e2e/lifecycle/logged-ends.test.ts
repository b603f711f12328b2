import { type Logger, type Processor, RindleError } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { quickProcessor } from '../model/quick-processor.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'

/** How the processor treats the variants of a job. */
let work: Processor['process']
let probe: Processor['probe'] = (...source) => quickProcessor().probe(...source)
const lines: {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}[] = []

let isLogBroken = false
const keep =
  (level: string): Logger['info'] =>
  (fields, message) => {
    if (isLogBroken) throw new Error('The disk is full.')
    lines.push({ level, fields, message })
  }
const logger: Logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }

const { thumb } = photo.variants
const profiles = { photo: { ...photo, variants: { thumb } } }

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({
    profiles,
    logger,
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    processors: [{ ...quickProcessor(), process: (request) => work(request), probe: (...source) => probe(...source) }],
  })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(() => {
  lines.length = 0
})

/** Holds the work on a variant until it is aborted. */
function holding(): { readonly begun: Promise<void> } {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  work = async ({ signal }) => {
    resolve()
    if (!signal.aborted) await new Promise((end) => signal.addEventListener('abort', end))
    throw signal.reason
  }
  return { begun }
}

/** The lines on the variants of an asset. */
function linesOn(assetId: string): readonly object[] {
  return lines.filter(({ fields }) => fields['assetId'] === assetId && fields['variantName'] === 'thumb')
}

it('a variant that is cancelled in the middle is not said to be tried again', async () => {
  const { rindle } = application
  const { begun } = holding()
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  await begun
  await rindle.cancelProcessing(id)
  await vi.waitFor(() => expect(linesOn(id)).toHaveLength(1), { timeout: 10_000 })
  expect(linesOn(id)).toMatchObject([
    { level: 'info', fields: { code: 'claim_lost' }, message: expect.stringContaining('it was cancelled') },
  ])
  await workers.stop()
  expect((await rindle.asset(id))?.variants).toMatchObject([{ state: 'cancelled' }])
})

it('what a worker gives back when it stops has not failed', async () => {
  const { rindle } = application
  const { begun } = holding()
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  await begun
  await workers.stop({ timeoutMs: 0 })
  expect(linesOn(id)).toMatchObject([{ level: 'info', message: 'Work on a variant returned to its queue.' }])
  work = (request) => quickProcessor().process(request)
  const others = await rindle.work()
  expect((await settled(rindle, id)).state).toBe('ready')
  await others.stop()
})

it('an attempt that fails is told of once: by its variants, or by its job, and not by both', async () => {
  const { rindle } = application
  let attempts = 0
  work = async (request) => {
    attempts += 1
    if (attempts === 1) throw new RindleError('processing_failed', 'It broke.')
    return quickProcessor().process(request)
  }
  probe = () => {
    probe = (...source) => quickProcessor().probe(...source)
    throw new RindleError('processing_failed', 'It slipped.')
  }
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  expect((await settled(rindle, id)).state).toBe('ready')
  await workers.stop()
  const told = lines.filter(({ level, fields }) => level === 'warn' && fields['assetId'] === id)
  expect(told).toMatchObject([
    {
      fields: { queue: 'rindle_promote', attempt: 1, code: 'processing_failed' },
      message: 'An attempt of a job failed.',
    },
    { fields: { variantName: 'thumb' }, message: 'A variant failed and will be tried again.' },
  ])
})

it('a logger that throws stops no work', async () => {
  const { rindle } = application
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  isLogBroken = true
  onTestFinished(() => {
    isLogBroken = false
    warned.mockRestore()
  })
  let attempts = 0
  work = async (request) => {
    attempts += 1
    if (attempts < 3) throw new RindleError('processing_failed', 'It broke.')
    return quickProcessor().process(request)
  }
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  expect((await settled(rindle, id)).state).toBe('ready')
  await workers.stop()
  expect([attempts, lines.length, warned.mock.calls.length]).toEqual([3, 0, 1])
})

it('a variant that fails is tried again, and said to be, until it has failed for good', async () => {
  const { rindle } = application
  let attempts = 0
  work = async () => {
    attempts += 1
    throw new RindleError('processing_failed', 'It broke.', { retryable: attempts < 3 })
  }
  const workers = await rindle.work()
  const { id } = await rindle.upload('photo', await quadrants(8, 8), { filename: 'a.jpg' })
  expect((await settled(rindle, id)).state).toBe('degraded')
  await workers.stop()
  const again = { level: 'warn', message: expect.stringContaining('will be tried again') }
  expect(linesOn(id)).toMatchObject([
    again,
    again,
    { level: 'warn', message: expect.stringMatching(/^A variant failed\. ?/) },
  ])
})
