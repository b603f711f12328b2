import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineProfile, type Processor, type Rindle, RindleError } from '@rindle/core'
import { defineProcessor, type ExtractedSubtitles } from '@rindle/core/adapter'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import { expect, test, vi } from 'vitest'
import { type Application, type ApplicationOptions, startApplication } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'

const MP4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41\0\0\0\x08mdat', 'latin1')
const SRT = '1\n00:00:01,000 --> 00:00:02,000\nHello\n'

const film = defineProfile({
  storage: 'main',
  accept: { types: ['video/mp4'], maxBytes: 1_000 },
  extractSubtitles: true,
})
const profiles = { film }

type Extract = NonNullable<Processor['extractSubtitles']>

function reader(extractSubtitles?: Extract): Processor {
  return defineProcessor({
    name: 'header',
    recipes: [],
    probes: new Set(['video/mp4']),
    probe: () => Promise.resolve({ kind: 'video' as const, width: 160, height: 90, durationMs: 2_000 }),
    process: () => Promise.resolve(),
    ...(extractSubtitles === undefined ? {} : { extractSubtitles }),
  })
}

const jobs = () => pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 })

function start(processor: Processor, options: ApplicationOptions<typeof profiles> = {}) {
  return startApplication({ profiles, processors: [processor], jobs: jobs(), ...options })
}

const FACTS = { lang: 'eng', title: null, isDefault: false, isForced: false, isCaptions: false }

/** Writes texts as the streams 2, 3, …; an error stands for a stream that cannot be read. */
function extracting(...texts: readonly (string | Error)[]): Extract {
  return async (_source, { directory }) => {
    const found: ExtractedSubtitles[] = []
    for (const [index, text] of texts.entries()) {
      const facts = { ...FACTS, index: index + 2, isDefault: index === 0, isForced: index === 1 }
      const path = join(directory, `${index}.srt`)
      if (typeof text === 'string') await writeFile(path, text)
      found.push(typeof text === 'string' ? { ...facts, path } : { ...facts, error: text })
    }
    return found
  }
}

async function waitingWork(rindle: Rindle<typeof profiles>) {
  const { findings } = await rindle.runtimeStatus({ olderThanSeconds: 0 })
  return findings.find((finding) => finding.class === 'waiting_work')
}

async function isWanted(rindle: Rindle<typeof profiles>, id: string): Promise<boolean> {
  return (await rindle.prisma.mediaAsset.findUnique({ where: { id } }))?.subtitlesWantedAt !== null
}

async function extracted({ rindle }: Application<typeof profiles>, id: string) {
  return vi.waitFor(
    async () => {
      const asset = await rindle.asset(id)
      if (asset?.state === 'ready' && !(await isWanted(rindle, id))) return asset.tracks
      await makeDue(rindle)
      throw new Error(`It is ${asset?.state}.`)
    },
    { timeout: 20_000, interval: 20 },
  )
}

async function upload({ rindle }: Application<typeof profiles>): Promise<string> {
  return (await rindle.upload('film', MP4, { filename: 'a.mp4' })).id
}

test('the subtitles of a film become tracks; one that cannot be read is left out, and the log says why', async () => {
  const warned: unknown[] = []
  const logger = { debug() {}, info() {}, error() {}, warn: (fields: unknown) => warned.push(fields) }
  const damaged = new RindleError('corrupt_media', 'It is damaged.')
  const processor = reader(extracting(SRT, SRT, 'no subtitles', damaged))
  await using application = await start(processor, { logger })
  await application.work()
  const id = await upload(application)
  expect(await extracted(application, id)).toMatchObject([
    { kind: 'subtitles', lang: 'en', label: 'English', isDefault: true, sourceIndex: 2, cueCount: 1 },
    { label: 'English (forced)', isDefault: false, sourceIndex: 3 },
  ])
  expect(warned).toMatchObject([
    { assetId: id, stream: 4, code: 'invalid_input' },
    { assetId: id, stream: 5, code: 'corrupt_media' },
  ])
})

test('work that was cut off is done again, and nothing twice', async () => {
  let puts = 0
  await using application = await start(reader(extracting(SRT, SRT, SRT)), {
    wrapStorage: (storage) => ({
      ...storage,
      capabilities: storage.capabilities,
      put: async (key, body, options) => {
        if (key.includes('/track-') && (puts += 1) === 2) {
          body.destroy()
          throw new RindleError('storage_unavailable', 'It is down.')
        }
        return storage.put(key, body, options)
      },
    }),
  })
  await application.work()
  const tracks = await extracted(application, await upload(application))
  expect(tracks.map(({ sourceIndex }) => sourceIndex)).toEqual([2, 3, 4])
  expect(puts).toBe(4)
})

test('a film waits for a worker that can read its subtitles, whoever loses the job', async () => {
  const old = new RindleError('processor_capability_missing', 'This FFmpeg knows no subtitles.')
  await using application = await start(reader(() => Promise.reject(old)))
  const { rindle } = application
  const workers = await application.work()
  const id = await upload(application)
  await vi.waitFor(async () => expect((await rindle.asset(id))?.state).toBe('ready'), 20_000)
  await vi.waitFor(async () => {
    const handedOn = await rindle.prisma.$queryRaw<unknown[]>`
      select 1 from pgboss.job where name = 'rindle_media' and state = 'created' and data::text like '%handedOn%'`
    expect(handedOn).toHaveLength(1)
  }, 20_000)
  await workers.stop()
  expect(await isWanted(rindle, id)).toBe(true)
  expect(await waitingWork(rindle)).toMatchObject({
    count: 1,
    examples: [{ assetId: id, variantName: null, state: 'ready', reason: 'processor_capability_missing' }],
  })

  const equipped = await application.another({ jobs: jobs(), processors: [reader(extracting(SRT))] })
  expect((await equipped.recoverLostWork({ olderThanSeconds: 0 })).found).toBe(0)
  await rindle.prisma.$executeRaw`delete from pgboss.job where name = 'rindle_media'`
  expect((await rindle.runtimeStatus({ olderThanSeconds: 0 })).findings).toContainEqual(
    expect.objectContaining({ class: 'stuck_asset', examples: [expect.objectContaining({ assetId: id })] }),
  )
  expect(await equipped.recoverLostWork({ olderThanSeconds: 0 })).toMatchObject({ found: 1, enqueued: 1 })
  await equipped.work()
  expect(await extracted(application, id)).toHaveLength(1)
  expect(await rindle.asset(id)).toMatchObject({ waitingSince: null, errorReason: null, errorMessage: null })
  expect(await waitingWork(rindle)).toBeUndefined()
})

test('a film whose subtitles cannot be read stays as it is', async () => {
  const refuse = () => Promise.reject(new RindleError('unsupported_codec', 'Nothing reads it.'))
  await using application = await start(reader(refuse))
  await application.work()
  expect(await extracted(application, await upload(application))).toEqual([])
})
