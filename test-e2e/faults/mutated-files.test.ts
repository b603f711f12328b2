import { randomInt } from 'node:crypto'
import { isRindleError } from '@rindle/core'
import { pgBossJobs } from '@rindle/jobs-pgboss'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import type { photoProfiles } from '../support/photo-profiles.ts'
import { byRunLength } from '../support/run-length.ts'

const RUNS = byRunLength('damaged files', { sample: 30, short: 60, long: 20_000 })
const MS_PER_RUN = 500
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif', 'tiff'] as const
const SETTLED = ['ready', 'degraded', 'quarantined']
const KNOWN_REASON = /^(?:corrupt_media|limit_exceeded|unsupported_codec)$/
/** Ends of a decoder that are no verdict: the file waits for a person, or a better decoder. */
const DEATH = /^(?:processing_failed|processing_timeout|process_killed)$/

let application: Application<typeof photoProfiles>
const files: Buffer[] = []

beforeAll(async () => {
  // A file that kills a decoder is retried as often as anything else, without waiting.
  application = await startApplication({ jobs: pgBossJobs({ retryDelaySeconds: 0, pollingIntervalSeconds: 0.5 }) })
  const picture = sharp({
    create: {
      width: 24,
      height: 16,
      channels: 3,
      background: '#123456',
      noise: { type: 'gaussian', mean: 90, sigma: 9 },
    },
  })
  for (const format of FORMATS) files.push(await picture.clone().toFormat(format).toBuffer())
})
afterAll(async () => application[Symbol.asyncDispose]())

/** A place in a file, biased towards its beginning, which alone decides the file's type. */
const share = fc.noBias(fc.integer({ min: 0, max: 9_999 })).map((part) => part / 10_000)

/** Real files with bytes changed, left out, put in and cut off. */
const mutated = fc
  .record({
    file: fc.nat(FORMATS.length - 1),
    changes: fc.array(fc.record({ at: share, byte: fc.nat(255) }), {
      maxLength: 12,
    }),
    insert: fc.option(fc.record({ at: share, bytes: fc.uint8Array({ maxLength: 40 }) })),
    length: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, share),
  })
  .map(({ file, changes, insert, length }) => {
    const bytes = Buffer.from(files[file] ?? [])
    const offsetOf = (part: number): number => Math.floor(part * bytes.byteLength)
    for (const { at, byte } of changes) bytes[offsetOf(at)] = byte
    const offset = offsetOf(insert?.at ?? 0)
    const whole = Buffer.concat([bytes.subarray(0, offset), insert?.bytes ?? Buffer.alloc(0), bytes.subarray(offset)])
    return whole.subarray(0, Math.ceil(length * whole.byteLength))
  })

it(
  'a damaged file is refused, or ends in a state with a known reason, and takes no worker along',
  async () => {
    const { rindle } = application
    let refused = 0
    const seed = Number(process.env['RINDLE_SEED'] ?? randomInt(2 ** 31))
    console.info(`The files of RINDLE_SEED=${seed}.`)
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        try {
          await rindle.upload('photo', bytes, { filename: 'picture' })
        } catch (error) {
          if (!isRindleError(error, 'upload_rejected')) throw error
          refused += 1
        }
      }),
      { numRuns: RUNS, seed },
    )
    const workers = await application.work()
    const unsettled = () => rindle.prisma.mediaAsset.count({ where: { state: { notIn: SETTLED }, waitingSince: null } })
    await vi.waitFor(async () => expect(await unsettled()).toBe(0), { timeout: RUNS * MS_PER_RUN, interval: 100 })
    await workers.stop()
    const assets = await rindle.prisma.mediaAsset.findMany({ include: { variants: true } })
    const reasons = assets.filter(({ state }) => state === 'quarantined').map(({ errorReason }) => errorReason ?? '')
    expect(reasons.filter((reason) => !KNOWN_REASON.test(reason))).toEqual([])
    const waiting = assets.filter(({ waitingSince }) => waitingSince !== null)
    expect(waiting.filter(({ errorReason }) => !DEATH.test(errorReason ?? ''))).toEqual([])
    const left = assets.filter(({ state }) => state === 'degraded').flatMap(({ variants }) => variants)
    expect(left.filter(({ state, errorReason }) => state === 'failed' && errorReason === 'worker_died')).toEqual([])
    expect((await rindle.checkInvariants()).violations).toEqual([])
    const states = Object.entries(Object.groupBy(assets, ({ state }) => state)).map(
      ([state, of]) => `${of?.length} ${state}`,
    )
    console.info(`Of ${RUNS} files ${refused} refused, ${states.join(', ')}.`)
    expect(refused + assets.length).toBe(RUNS)
  },
  60_000 + RUNS * MS_PER_RUN * 2,
)
