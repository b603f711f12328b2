import type { Asset, ErrorCode } from '@rindle/core'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { makeRecording } from '../av/make-clip.ts'
import { settled } from '../support/application.ts'
import { makeDue } from '../support/make-due.ts'
import { grain } from '../support/pictures.ts'
import { type FaultyApplication, startFaultyApplication } from './faulty-application.ts'

let application: FaultyApplication
let picture: Buffer
let recording: Buffer

beforeAll(async () => {
  application = await startFaultyApplication()
  picture = await grain(640, 480)
  recording = await makeRecording(application.directory, 1)
  if (typeof application.disk === 'string') console.warn(`Skipped, a full disk: ${application.disk}.`)
}, 60_000)
afterAll(async () => application[Symbol.asyncDispose](), 60_000)
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

/** The fault, and its name. */
interface Fault {
  readonly fault: string
  readonly begin: () => unknown
  readonly end: () => unknown
  /** The error of the attempts that meet it; `null`: none does, it is borne. */
  readonly code: ErrorCode | null
  /** Whether the fault also hits a promotion, and not only the making of variants. */
  readonly meetsPromotion: boolean
  readonly profile?: 'photo' | 'sound'
}

const storeThat = (misbehaviour: Parameters<FaultyApplication['store']['set']>[0]) => ({
  begin: () => application.store.set(misbehaviour),
  end: () => application.store.set(undefined),
  meetsPromotion: true,
})
const ffmpegThat = (lines: string) => ({
  begin: () => application.setFfmpeg(lines),
  end: () => application.setFfmpeg(null),
  meetsPromotion: false,
  profile: 'sound' as const,
})
const fullDisk = {
  begin: () => onDisk('fill'),
  end: () => onDisk('free'),
  meetsPromotion: true,
}

const FAULTS: readonly Fault[] = [
  { fault: 'a store that is slow', ...storeThat({ kind: 'waits', delayMs: 150 }), code: null },
  {
    fault: 'a store that fails one request in three',
    ...storeThat({ kind: 'hangs up', oneIn: 3 }),
    code: null,
  },
  {
    fault: 'a store that drops connections in the middle of bodies',
    ...storeThat({ kind: 'cuts bodies', afterBytes: 5_000 }),
    code: 'storage_unavailable',
  },
  {
    fault: 'a store that answers 503',
    ...storeThat({ kind: 'answers', status: 503 }),
    code: 'storage_unavailable',
  },
  {
    fault: 'a store that answers 403',
    ...storeThat({ kind: 'answers', status: 403 }),
    code: 'storage_denied',
  },
  { fault: 'a full disk', ...fullDisk, code: 'insufficient_disk' },
  { fault: 'an FFmpeg that hangs', ...ffmpegThat('sleep 60'), code: 'processing_timeout' },
  { fault: 'an FFmpeg that is killed', ...ffmpegThat('kill -9 $$'), code: 'process_killed' },
  {
    fault: 'an FFmpeg that does not start',
    ...ffmpegThat('echo "error while loading shared libraries: libx264.so.164: cannot open" >&2; exit 127'),
    code: 'program_not_found',
  },
  { fault: 'an FFmpeg that writes nothing', ...ffmpegThat('exit 0'), code: 'program_failed' },
]

it.for(FAULTS)(
  '$fault: $code, and when it is over everything becomes ready by itself',
  { timeout: 60_000 },
  async (row, { skip, onTestFinished }) => {
    const { rindle } = application
    if (row.begin === fullDisk.begin && typeof application.disk === 'string') skip(application.disk)
    const promoted = await upload(row)
    const promoting = await application.work({ queues: ['rindle_promote'] })
    await vi.waitFor(async () => expect((await rindle.asset(promoted.id))?.variants).toHaveLength(1), {
      timeout: 10_000,
    })
    await promoting.stop()
    const uploaded = await upload(row)

    await row.begin()
    const workers = await application.work()
    // Also when something here fails: the next fault has the same application.
    onTestFinished(async () => {
      await row.end()
      await workers.stop()
    })
    const victims = row.meetsPromotion ? [promoted.id, uploaded.id] : [promoted.id]
    if (row.code !== null) for (const id of victims) await meets(id, row.code)
    else for (const { id } of [promoted, uploaded]) await settled(rindle, id, 30_000)
    await row.end()

    for (const { id } of [promoted, uploaded]) {
      await vi.waitFor(
        async () => {
          await makeDue(rindle)
          expect((await rindle.asset(id))?.state).toBe('ready')
        },
        { timeout: 30_000 },
      )
    }
    expect(await codesOf([promoted.id, uploaded.id])).toEqual(row.code === null ? [] : [row.code])
    expect((await rindle.checkInvariants()).violations).toEqual([])
  },
)

function upload({ profile = 'photo' }: Fault): Promise<Asset> {
  return profile === 'photo'
    ? application.rindle.upload('photo', picture, { filename: 'a.jpg' })
    : application.rindle.upload('sound', recording, { filename: 'a.mp3' })
}

async function onDisk(action: 'fill' | 'free'): Promise<void> {
  if (typeof application.disk !== 'string') await application.disk[action]()
}

/** Waits until an attempt on the asset has met the fault. */
async function meets(assetId: string, code: ErrorCode): Promise<void> {
  await vi.waitFor(async () => expect(await codesOf([assetId])).toEqual([code]), { timeout: 30_000, interval: 20 })
}

/** The errors of all attempts on these assets. */
async function codesOf(assetIds: readonly string[]): Promise<readonly (string | null)[]> {
  const runs = await application.rindle.prisma.mediaProcessingRun.findMany({
    where: { assetId: { in: [...assetIds] }, state: 'failed' },
  })
  return [...new Set(runs.map(({ errorReason }) => errorReason))]
}
