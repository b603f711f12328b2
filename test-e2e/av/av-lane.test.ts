import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssetChange } from '@rindle/core'
import { avProcessor } from '@rindle/processor-av'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { byRunLength } from '../support/run-length.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'
import { startWorkerProcess } from '../support/worker-process.ts'
import { avProfiles } from './av-profiles.ts'
import { makeClip, makeRecording } from './make-clip.ts'
import { processesWith } from './processes-with.ts'

const WORKER = new URL('./av-worker.ts', import.meta.url)
const ARE_ENDED = byRunLength('encoders that are ended in the middle of a film', {
  sample: false,
  short: true,
  long: true,
})

let application: Application<typeof avProfiles>

beforeEach(async () => {
  application = await startApplication({ profiles: avProfiles, processors: [warmImageProcessor(), avProcessor()] })
})
afterEach(async () => application[Symbol.asyncDispose]())

it('a video becomes a poster, a strip, a smaller video, sound and a waveform', { timeout: 60_000 }, async () => {
  const { rindle, directory } = application
  const video = await makeClip(directory, { size: '640x360', seconds: 2 })
  const { id } = await rindle.upload('lesson', video, { filename: 'lesson.mp4' })
  await using workers = { ...(await application.work()), [Symbol.asyncDispose]: async () => workers.stop() }
  const asset = rindle.narrow(await settled(rindle, id, 50_000), 'lesson')
  expect(asset).toMatchObject({
    state: 'ready',
    kind: 'video',
    contentType: 'video/mp4',
    width: 640,
    height: 360,
    hasVideoTrack: true,
    hasAudioTrack: true,
    variants: [
      { name: 'poster', state: 'ready', outputKind: 'image', contentType: 'image/jpeg', width: 640, height: 360 },
      { name: 'sound', state: 'ready', outputKind: 'audio', contentType: 'audio/mp4' },
      { name: 'strip', state: 'ready', contentType: 'image/jpeg', metadata: { tileCount: 2, tileWidth: 160 } },
      { name: 'video', state: 'ready', outputKind: 'video', contentType: 'video/mp4', width: 640, height: 360 },
      { name: 'waveform', state: 'ready', outputKind: 'data', contentType: 'application/json' },
    ],
  })
  expect(Number(asset.durationMs)).toBeGreaterThan(1_900)
  const bytes = async (variant: 'poster' | 'video' | 'waveform'): Promise<Buffer> => {
    const response = await rindle.serveFile(new Request((await rindle.variantUrl(asset, variant)) ?? ''))
    return Buffer.from(await response.arrayBuffer())
  }
  expect(await sharp(await bytes('poster')).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 360 })
  expect((await bytes('video')).subarray(4, 8).toString('latin1')).toBe('ftyp')
  expect(JSON.parse((await bytes('waveform')).toString())).toMatchObject({ length: 1000 })
  expect(await rindle.checkInvariants()).toMatchObject({ violationCount: 0 })
  const hasSwept = async () => expect(await readdir(join(directory, 'work'))).toEqual([])
  await vi.waitFor(hasSwept, { timeout: 10_000 })
  // Variants that need a pass over the whole file are made in one job; the ones that a page shows at once do not wait
  // for it.
  const jobs = await jobsOfRuns(id)
  expect(jobs.get('video')).toBe(jobs.get('sound'))
  expect(jobs.get('strip')).toBe(jobs.get('poster'))
  expect(jobs.get('waveform')).toBe(jobs.get('poster'))
  expect(jobs.get('video')).not.toBe(jobs.get('poster'))
})

it('what a source has nothing for is not asked of it', { timeout: 60_000 }, async () => {
  const { rindle, directory } = application
  const silent = await makeClip(directory, { size: '320x180', seconds: 1, isSilent: true })
  const { id: videoId } = await rindle.upload('lesson', silent, { filename: 'silent.mp4' })
  const { id: soundId } = await rindle.upload('lesson', await makeRecording(directory, 1), { filename: 'song.mp3' })
  await using workers = { ...(await application.work()), [Symbol.asyncDispose]: async () => workers.stop() }
  const names = async (id: string): Promise<readonly string[]> => {
    const asset = await settled(rindle, id, 50_000)
    expect(asset).toMatchObject({ state: 'ready' })
    return asset.variants.map(({ name }) => name)
  }
  expect(await names(videoId)).toEqual(['poster', 'strip', 'video'])
  expect(await names(soundId)).toEqual(['sound', 'waveform'])
  expect(await rindle.regenerateVariants({ profile: 'lesson' })).toMatchObject({ enqueued: 0, undeclared: [] })
})

it.skipIf(!ARE_ENDED)(
  'a worker that is killed leaves no encoder behind, and another one finishes',
  { timeout: 150_000 },
  async () => {
    const { rindle, directory, databaseUrl } = application
    const video = await makeClip(directory, { size: '1280x720', seconds: 5 })
    const { id } = await rindle.upload('clip', video, { filename: 'clip.mp4' })
    const doomed = await startWorkerProcess(databaseUrl, directory, WORKER)
    await encoding(id)
    expect((await encoders()).length).toBeGreaterThan(0)
    await doomed.kill()
    await vi.waitFor(async () => expect(await encoders()).toEqual([]), { timeout: 2_000, interval: 20 })

    const survivor = await startWorkerProcess(databaseUrl, directory, WORKER)
    expect(await settled(rindle, id, 120_000)).toMatchObject({
      state: 'ready',
      variants: [{ name: 'video', state: 'ready', attempt: 2 }],
    })
    expect(await survivor.stop()).toBe(0)
    expect(await rindle.checkInvariants()).toMatchObject({ violationCount: 0 })
  },
)

it.skipIf(!ARE_ENDED)(
  'cancelling stops an encoder in another process within a second',
  { timeout: 60_000 },
  async () => {
    const { rindle, directory, databaseUrl } = application
    const video = await makeClip(directory, { size: '1280x720', seconds: 10 })
    const worker = await startWorkerProcess(databaseUrl, directory, WORKER)
    const { id } = await rindle.upload('clip', video, { filename: 'clip.mp4' })
    const seen: AssetChange[] = []
    const subscription = await rindle.subscribe({ assetId: id }, (change) => void seen.push(change))
    await encoding(id)
    // Progress is announced in every process.
    await vi.waitFor(() => expect(seen.some((change) => 'progress' in change && change.progress > 0)).toBe(true), {
      timeout: 20_000,
    })
    expect(await rindle.cancelProcessing(id)).toEqual(['video'])
    await vi.waitFor(async () => expect(await encoders()).toEqual([]), { timeout: 1_000, interval: 10 })
    expect(await rindle.asset(id)).toMatchObject({ state: 'degraded', variants: [{ state: 'cancelled' }] })
    await subscription.close()
    expect(await worker.stop()).toBe(0)
    expect(await rindle.checkInvariants()).toMatchObject({ violationCount: 0 })
  },
)

/** The job that made each variant. */
async function jobsOfRuns(assetId: string): Promise<ReadonlyMap<string | null, unknown>> {
  const runs = await application.rindle.prisma.mediaProcessingRun.findMany({ where: { assetId, state: 'succeeded' } })
  return new Map(runs.map(({ variantName, details }) => [variantName, (details as { jobId?: string }).jobId]))
}

/** Waits until an encoder has told of its progress. */
async function encoding(assetId: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const asset = await application.rindle.asset(assetId)
      expect(asset?.variants).toMatchObject([{ state: 'processing' }])
      expect((await encoders()).length).toBeGreaterThan(0)
    },
    { timeout: 30_000, interval: 20 },
  )
}

/** The encoders at work in a run directory of this application. */
async function encoders(): Promise<readonly number[]> {
  return processesWith(join(application.directory, 'work', 'run-'))
}
