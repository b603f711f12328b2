import { type Analyzer, type ErrorCode, type Processor, RindleError, type Scanner } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { faultyStorage } from '@rindle/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { photo } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

/** A place where work meets an outage, which says nothing about its bytes. */
type Place = 'scan' | 'analyze' | 'probe' | 'process' | 'get:before' | 'copy:before' | 'put:before'

let application: Application<{ photo: typeof photo }>
/** The current fault, and how often it struck. */
const outage: { place: Place | null; meet: (signal?: AbortSignal) => unknown; met: number } = {
  place: null,
  meet: () => undefined,
  met: 0,
}

async function meet(place: Place, signal?: AbortSignal): Promise<unknown> {
  if (outage.place !== place) return undefined
  outage.met += 1
  return outage.meet(signal)
}

const scanner: Scanner = {
  name: 'virus',
  timeoutMs: 200,
  scan: async ({ signal }) => ((await meet('scan', signal)) ?? { accepted: true }) as { accepted: true },
}
const analyzer: Analyzer = {
  name: 'colours',
  timeoutMs: 200,
  analyze: async (_source, { signal }) => {
    await meet('analyze', signal)
    return { main: 'red' }
  },
}

function breakableProcessor(): Processor {
  const real = warmImageProcessor()
  return {
    name: real.name,
    recipes: real.recipes,
    capabilities: real.capabilities,
    probes: real.probes,
    start: (context) => real.start(context),
    stop: () => real.stop(),
    diagnose: (context) => real.diagnose(context),
    probe: async (source, options) => {
      await meet('probe')
      return real.probe(source, options)
    },
    process: async (request) => {
      await meet('process')
      await real.process(request)
    },
  }
}

beforeAll(async () => {
  const guarded: typeof photo = {
    ...photo,
    scanners: [scanner],
    analyzers: [analyzer],
  }
  application = await startApplication({
    profiles: { photo: guarded },
    processors: [breakableProcessor()],
    jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }),
    wrapStorage: (storage) =>
      faultyStorage(storage, {
        onCall: async (point, [key = '']) => {
          // The bytes of an upload are already stored: workers only store variants.
          if (point !== 'put:before' || !key.includes('original-')) await meet(point as Place)
        },
      }),
  })
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())
afterEach(() => {
  outage.place = null
})

const throws = (error: Error) => () => {
  throw error
}
const failing = (code: ErrorCode, message = 'It went wrong.') => throws(new RindleError(code, message))

function begin(place: Place, how: (signal?: AbortSignal) => unknown): void {
  Object.assign(outage, { place, meet: how, met: 0 })
}

const soon = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

/** Waits until work has met the outage more often than any job is tried, each time at once. */
async function outlastsEveryAttempt(): Promise<void> {
  await soon(async () => {
    await makeDue(application.rindle)
    expect(outage.met).toBeGreaterThan(7)
  })
}

async function upload(): Promise<string> {
  return (await application.rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg' })).id
}

/** The recorded attempts of an asset, or of one of its variants, the oldest first. */
function runsOf(assetId: string, variantName: string | null) {
  return application.rindle.prisma.mediaProcessingRun.findMany({
    where: { assetId, variantName },
    orderBy: { createdAt: 'asc' },
  })
}

/** Ends the outage, and waits for the work that it held up. */
async function endsReady(id: string): Promise<void> {
  outage.place = null
  await soon(async () => {
    await makeDue(application.rindle)
    expect(await application.rindle.asset(id)).toMatchObject({ state: 'ready' })
  })
  const asset = await application.rindle.asset(id)
  expect(asset).toMatchObject({ waitingSince: null, errorReason: null, errorMessage: null })
  for (const variant of asset?.variants ?? []) {
    expect(variant).toMatchObject({ state: 'ready', waitingSince: null, errorReason: null, errorMessage: null })
  }
  expect((await application.rindle.checkInvariants()).violations).toEqual([])
}

const diskFull = Object.assign(new Error("ENOSPC: no space left on device, open '/srv/rindle/work/a'"), {
  code: 'ENOSPC',
  syscall: 'open',
})

describe('a promotion', () => {
  it.each([
    ['a scanner that is down', 'scan', throws(new Error('connect ECONNREFUSED')), 'scanner_failed:virus', 'validating'],
    ['a scanner that hangs', 'scan', () => new Promise(() => {}), 'scanner_failed:virus', 'validating'],
    ['a scanner without a word', 'scan', () => ({ fine: true }), 'scanner_failed:virus', 'validating'],
    ['an analyzer that throws', 'analyze', throws(new Error('No model.')), 'analyzer_failed:colours', 'analyzing'],
    [
      'an analyzer that calls the file damaged',
      'analyze',
      failing('corrupt_media'),
      'analyzer_failed:colours',
      'analyzing',
    ],
    ['an analyzer that hangs', 'analyze', () => new Promise(() => {}), 'analyzer_failed:colours', 'analyzing'],
    ['a missing FFmpeg', 'probe', failing('program_not_found'), 'program_not_found', 'analyzing'],
    ['a killed decoder', 'probe', failing('process_killed'), 'process_killed', 'analyzing'],
    ['a probe that takes too long', 'probe', failing('processing_timeout'), 'processing_timeout', 'analyzing'],
    [
      'a decoder that dies of its own bounds',
      'probe',
      throws(new RindleError('limit_exceeded', 'It held too much.', { retryable: true })),
      'limit_exceeded',
      'analyzing',
    ],
    ['a full disk', 'probe', throws(diskFull), 'insufficient_disk', 'analyzing'],
    ['a machine without memory', 'probe', failing('insufficient_memory'), 'insufficient_memory', 'analyzing'],
    [
      'a defect that nobody foresaw',
      'probe',
      throws(new TypeError('x is undefined')),
      'processing_failed',
      'analyzing',
    ],
    ['a storage that is away', 'get:before', failing('storage_unavailable'), 'storage_unavailable', 'validating'],
    ['a storage that refuses', 'get:before', failing('storage_denied'), 'storage_denied', 'validating'],
    [
      'an object that is not there now',
      'get:before',
      failing('storage_object_missing'),
      'storage_object_missing',
      'validating',
    ],
  ] as const)(
    'that meets %s waits with its reason, for longer than all attempts of a job, and continues',
    async (_what, place, how, reason, state) => {
      begin(place, how)
      const id = await upload()
      await soon(async () => expect((await application.rindle.asset(id))?.errorReason).not.toBeNull())
      const first = await application.rindle.asset(id)
      expect(first).toMatchObject({ state, errorReason: reason, waitingSince: expect.any(Date) })
      await outlastsEveryAttempt()
      const asset = await application.rindle.asset(id)
      expect(asset).toMatchObject({ state, errorReason: reason, waitingSince: first?.waitingSince })
      expect(asset?.errorMessage).toMatch(/\w+/)
      expect(asset?.errorMessage).not.toContain('/srv')
      await endsReady(id)
    },
  )

  it('of a staged upload waits in staging, and is frozen when the storage is back', async () => {
    const { rindle } = application
    const bytes = await quadrants(40, 30)
    const { session, request } = await rindle.presignedPut('photo', { filename: 'a.jpg', contentType: 'image/jpeg' })
    const { method, url, headers } = request
    await rindle.serveFile(new Request(url, { method, headers, body: new Uint8Array(bytes) }))
    begin('copy:before', failing('storage_denied', 'The bucket policy changed.'))
    const { id } = (await rindle.verifyCompletion(session.id)).asset
    await outlastsEveryAttempt()
    expect(await rindle.asset(id)).toMatchObject({
      state: 'validating',
      storageKey: session.uploadKey,
      errorReason: 'storage_denied',
      errorMessage: 'The bucket policy changed.',
    })
    await endsReady(id)
  })

  it('that a scanner rejects is quarantined at once, with the reason of the scanner', async () => {
    begin('scan', () => ({ accepted: false, reason: 'EICAR found, see https://virus.example/?token=abc' }))
    const asset = await settled(application.rindle, await upload())
    expect(asset).toMatchObject({
      state: 'quarantined',
      errorReason: 'scanner_rejected:virus',
      errorMessage: 'EICAR found, see [url]',
      waitingSince: null,
    })
    expect(outage.met).toBe(1)
  })

  it('ends its runs with the reason and the message', async () => {
    begin('probe', failing('program_not_found', 'No ffprobe.'))
    const id = await upload()
    await soon(async () => expect((await application.rindle.asset(id))?.waitingSince).not.toBeNull())
    const runs = await application.rindle.prisma.mediaProcessingRun.findMany({ where: { assetId: id } })
    expect(runs[0]).toMatchObject({
      state: 'failed',
      errorReason: 'program_not_found',
      details: { message: 'No ffprobe.' },
    })
    await endsReady(id)
  })

  it('adds a row to the trail for every reason to wait, and none for each time that it waited', async () => {
    begin('get:before', failing('storage_unavailable'))
    const id = await upload()
    await outlastsEveryAttempt()
    begin('scan', throws(new Error('connect ECONNREFUSED')))
    await outlastsEveryAttempt()
    await endsReady(id)
    const runs = await runsOf(id, null)
    const reasons = runs.map(({ errorReason }) => errorReason)
    expect(reasons).toEqual(['storage_unavailable', 'scanner_failed:virus', null])
    for (const { state, details, finishedAt, startedAt } of runs.slice(0, 2)) {
      expect(state).toBe('failed')
      expect(details).toMatchObject({ times: expect.toSatisfy((times: number) => times > 5) })
      expect(finishedAt?.getTime()).toBeGreaterThan(startedAt?.getTime() ?? Infinity)
    }
  })
})

describe('variants', () => {
  it('add one row each to the trail, however often they waited for the same reason', async () => {
    begin('process', failing('program_not_found'))
    const id = await upload()
    await outlastsEveryAttempt()
    await endsReady(id)
    const runs = await runsOf(id, 'thumb')
    expect(runs.map(({ state, errorReason }) => [state, errorReason])).toEqual([
      ['failed', 'program_not_found'],
      ['succeeded', null],
    ])
    expect(runs[0]?.attempt).toBeGreaterThan(2)
    expect(runs[0]?.details).toMatchObject({ times: runs[0]?.attempt })
    expect(runs[0]?.attempt).toBe(Number(runs[1]?.attempt) - 1)
  })

  it.each([
    ['a missing FFmpeg', 'process', failing('program_not_found'), 'program_not_found'],
    ['a killed decoder', 'process', failing('process_killed'), 'process_killed'],
    ['a full disk', 'process', throws(diskFull), 'insufficient_disk'],
    ['a machine without memory', 'process', failing('insufficient_memory'), 'insufficient_memory'],
    ['a storage that refuses', 'put:before', failing('storage_denied'), 'storage_denied'],
    ['a storage that is away', 'put:before', failing('storage_unavailable'), 'storage_unavailable'],
  ] as const)(
    'that meet %s wait with their reason, for longer than any job is tried, and are made',
    async (_what, place, how, reason) => {
      begin(place, how)
      const id = await upload()
      // One job makes the fast variants, another one the slow one: each must have met the outage.
      await soon(async () => {
        const variants = (await application.rindle.asset(id))?.variants ?? []
        expect(variants.map(({ waitingSince }) => waitingSince !== null)).toEqual([true, true, true])
      })
      await outlastsEveryAttempt()
      const asset = await application.rindle.asset(id)
      expect(asset).toMatchObject({ state: 'processing', waitingSince: null, errorReason: null })
      expect(asset?.variants).toHaveLength(3)
      for (const variant of asset?.variants ?? []) {
        expect(['queued', 'processing']).toContain(variant.state)
        expect(variant).toMatchObject({ errorReason: reason, waitingSince: expect.any(Date) })
        expect(variant.errorMessage).not.toContain('/srv')
      }
      await endsReady(id)
    },
  )

  it.each([
    ['output_mismatch', undefined],
    ['limit_exceeded', undefined],
    ['unsupported_codec', undefined],
    ['processing_failed', false],
  ] as const)('that fail for good (%s, retryable %s) are tried once, and keep the message', async (code, retryable) => {
    const options = retryable === undefined ? {} : { retryable }
    begin('process', throws(new RindleError(code, 'Never.', options)))
    const asset = await settled(application.rindle, await upload())
    expect(asset.state).toBe('degraded')
    for (const variant of asset.variants) {
      expect(variant).toMatchObject({
        state: 'failed',
        attempt: 1,
        errorReason: code,
        errorMessage: 'Never.',
        waitingSince: null,
      })
    }
  })

  it('whose decoder hits its own limits again and again fail after the attempts of their job', async () => {
    begin('process', throws(new RindleError('processing_timeout', 'It was killed after 60 s.')))
    const asset = await settled(application.rindle, await upload())
    for (const variant of asset.variants) {
      expect(variant).toMatchObject({ state: 'failed', attempt: 5, errorReason: 'processing_timeout' })
    }
  })

  it('that were cancelled while they waited wait no more', async () => {
    begin('process', failing('program_not_found'))
    const id = await upload()
    const { rindle } = application
    await soon(async () => {
      const asset = await rindle.asset(id)
      expect(asset?.variants.map(({ waitingSince }) => waitingSince !== null)).toEqual([true, true, true])
    })
    await rindle.cancelProcessing(id)
    expect((await rindle.asset(id))?.variants).toMatchObject(
      Array.from({ length: 3 }, () => ({ state: 'cancelled', waitingSince: null, errorReason: null })),
    )
  })
})
