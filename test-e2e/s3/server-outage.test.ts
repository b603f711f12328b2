import { type OwnS3Server, startS3Server } from '@rindle/test-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeDue } from '../support/make-due.ts'
import { quadrants } from '../support/pictures.ts'
import { type S3Application, s3Kinds, startS3Application } from '../support/s3-application.ts'

const kinds = (await s3Kinds()).filter(() => process.env['RINDLE_TEST_S3_ENDPOINT'] === undefined)
if (kinds.length === 0) console.warn('Skipped: the store of RINDLE_TEST_S3_ENDPOINT is not ours to kill.')

describe.each(kinds)('%s, killed in the middle of the work', (kind) => {
  let server: OwnS3Server
  let application: S3Application

  beforeAll(async () => {
    server = await startS3Server({ kind })
    application = await startS3Application(kind, { server })
  }, 90_000)
  afterAll(async () => application[Symbol.asyncDispose](), 60_000)

  it('comes back, and everything ends ready with nothing doubled', { timeout: 180_000 }, async () => {
    const { rindle } = application
    const picture = await quadrants(400, 300)
    const ids: string[] = []
    for (let count = 0; count < 12; count += 1) {
      ids.push((await rindle.upload('photo', picture, { filename: 'a.jpg' })).id)
    }
    await application.work()
    await vi.waitFor(
      async () => expect(await rindle.prisma.mediaVariant.count({ where: { state: 'ready' } })).toBeGreaterThan(2),
      { timeout: 30_000, interval: 5 },
    )
    await server.kill()
    const isRetried = async () =>
      expect(await rindle.prisma.mediaProcessingRun.count({ where: { state: 'failed' } })).toBeGreaterThan(0)
    await vi.waitFor(isRetried, { timeout: 60_000 })
    await server.restart()

    await vi.waitFor(
      async () => {
        await makeDue(rindle)
        expect(await rindle.prisma.mediaAsset.count({ where: { state: 'ready' } })).toBe(ids.length)
      },
      { timeout: 120_000, interval: 100 },
    )
    expect((await rindle.checkInvariants()).violations).toEqual([])
    const keys: string[] = []
    for await (const { key } of application.objects.list('photo/')) keys.push(key)
    expect(keys).toHaveLength(ids.length * 3)
  })
})
