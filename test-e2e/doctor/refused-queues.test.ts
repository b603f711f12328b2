import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRindle,
  defineProfile,
  type Logger,
  type Processor,
  type Profiles,
  type Rindle,
  silentLogger,
} from '@rindle/core'
import { defineProcessor, recipeKind } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { avProcessor, inspectFfmpeg } from '@rindle/processor-av'
import { video } from '@rindle/processor-av/recipes'
import { imageProcessor } from '@rindle/processor-image'
import { image } from '@rindle/processor-image/recipes'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { memoryStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'

const accept = { types: ['image/*', 'video/*'], maxBytes: 1_000_000 } as const
const photo = defineProfile({ storage: 'main', accept, variants: { thumb: image.fit(8) } })
const film = defineProfile({
  storage: 'main',
  accept,
  variants: { web: video.mp4({ height: 720 }), thumb: image.fit(8) },
})

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** A path without FFmpeg, until the test installs it. */
async function machineWithoutFfmpeg(): Promise<{ path: string; install: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'rindle-machine-'))
  await chmod(directory, 0o755)
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const path = join(directory, 'ffmpeg')
  return { path, install: async () => symlink((await inspectFfmpeg()).ffmpeg.path, path) }
}

interface Machine {
  readonly rindle: Rindle
  readonly warnings: readonly object[]
}

async function machine(processors: readonly Processor[], profiles: Profiles = { photo, film }): Promise<Machine> {
  const warnings: object[] = []
  const logger: Logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) }
  const rindle: Rindle = createRindle<Profiles>({
    database: database.url,
    storages: { main: memoryStorage() },
    processors,
    jobs: pgBossJobs(),
    logger,
    profiles,
  })
  await rindle.start()
  onTestFinished(() => rindle.stop())
  return { rindle, warnings }
}

const refusal = /^The option `ffmpegPath` names \S+ as ffmpeg, but no program is there\. Install a current FFmpeg, /i

/** An image processor whose library does not load, as on a machine of another platform. */
function brokenImageProcessor(): Processor {
  return {
    ...imageProcessor(),
    // oxlint-disable-next-line require-yield
    async *diagnose() {
      throw new Error('Could not load the "sharp" module.')
    },
  }
}

describe('a worker on a machine without FFmpeg', () => {
  it('leaves the queue of video and audio to others, and says why, once', async () => {
    const { path } = await machineWithoutFfmpeg()
    const { rindle, warnings } = await machine([imageProcessor(), avProcessor({ ffmpegPath: path })])
    const workers = await rindle.work()
    const reason = workers.health().refused.rindle_media
    expect(reason).toMatch(refusal)
    expect(warnings).toEqual([{ queue: 'rindle_media', code: 'queue_refused', error: reason }])
    const [live] = await rindle.liveWorkers()
    expect(Object.keys(live?.queues ?? {}).toSorted()).toEqual([
      'rindle_events',
      'rindle_fetch',
      'rindle_maintenance',
      'rindle_process',
      'rindle_promote',
      'rindle_purge',
    ])
    expect(live?.refused).toEqual({ rindle_media: reason })
    const { checks } = await rindle.doctor()
    expect(checks.find(({ id }) => id === 'workers.media')).toMatchObject({
      status: 'error',
      summary: expect.stringContaining(`process ${process.pid} on ${hostname()} says: ${reason}`),
    })
    await rindle.prisma.$executeRawUnsafe(
      `insert into pgboss.job (name, data, singleton_key) values ('rindle_media', '{}', 'of nobody')`,
    )
    const { findings } = await rindle.runtimeStatus({ thresholds: { no_worker: 0 } })
    expect(findings.find((finding) => finding.class === 'no_worker')?.examples).toMatchObject([
      { queue: 'rindle_media', message: expect.stringContaining(`${hostname()} cannot: ${reason}`) },
    ])
    await rindle.prisma.$executeRawUnsafe(`delete from pgboss.job where singleton_key = 'of nobody'`)
    await workers.stop()
  })

  it('takes the queue, without a new start, as soon as FFmpeg is installed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const { path, install } = await machineWithoutFfmpeg()
    const { rindle } = await machine([imageProcessor(), avProcessor({ ffmpegPath: path })])
    const workers = await rindle.work()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(workers.health().refused).toHaveProperty('rindle_media')
    await install()
    await vi.advanceTimersByTimeAsync(60_000)
    await vi.waitFor(
      async () =>
        expect(await rindle.liveWorkers()).toMatchObject([
          { queues: { rindle_media: 1, rindle_process: expect.any(Number) } },
        ]),
      { timeout: 10_000 },
    )
    expect((await rindle.liveWorkers())[0]?.refused).toEqual({})
    expect(workers.health().refused).toEqual({})
    await workers.stop()
    expect(await rindle.liveWorkers()).toEqual([])
  })

  it('does not start when that queue was asked for, and takes no other', async () => {
    const { path } = await machineWithoutFfmpeg()
    const { rindle } = await machine([imageProcessor(), avProcessor({ ffmpegPath: path })])
    await expect(rindle.work({ queues: ['rindle_promote', 'rindle_media'] })).rejects.toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringMatching(/^This machine cannot work on a requested queue\. rindle_media: The option/i),
      details: { refused: { rindle_media: expect.stringMatching(refusal) } },
    })
    expect(await rindle.liveWorkers()).toEqual([])
  })

  it('takes every queue when no profile needs FFmpeg', async () => {
    const { path } = await machineWithoutFfmpeg()
    const { rindle } = await machine([imageProcessor(), avProcessor({ ffmpegPath: path })], { photo })
    const workers = await rindle.work({ queues: ['rindle_process', 'rindle_media'] })
    expect(workers.health().refused).toEqual({})
    await workers.stop()
  })
})

describe('a worker on a machine without sharp', () => {
  it('leaves the queue of images to others', async () => {
    const { rindle } = await machine([brokenImageProcessor(), avProcessor()])
    const workers = await rindle.work()
    expect(workers.health().refused).toEqual({
      rindle_process: 'The image processor does not work here: Could not load the "sharp" module.',
    })
    await workers.stop()
  })

  it('refuses it where no processor makes its recipes, and names the package', async () => {
    const { rindle } = await machine([avProcessor()], { photo })
    await expect(rindle.work({ queues: ['rindle_process'] })).rejects.toMatchObject({
      code: 'setup_incomplete',
      message: expect.stringContaining('Add @rindle/processor-image to `processors`.'),
    })
  })

  it('takes it all the same where another processor works there', async () => {
    const stamp = recipeKind({
      name: 'acme/stamp',
      output: 'image',
      madeBy: '@acme/stamp',
      options: z.strictObject({}),
      facts: () => ({ contentType: 'image/png', sources: ['image'] }),
    })
    const stamps = defineProcessor({ name: 'stamp', recipes: [stamp], process: async () => {} })
    const stamped = defineProfile({ storage: 'main', accept, variants: { thumb: image.fit(8), stamp: stamp({}) } })
    const { rindle } = await machine([brokenImageProcessor(), stamps, avProcessor()], { photo: stamped })
    const workers = await rindle.work({ queues: ['rindle_process'] })
    expect(workers.health().refused).toEqual({})
    await workers.stop()
  })
})
