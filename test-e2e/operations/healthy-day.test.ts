import { defineProfile, type Rindle, type RuntimeStatus } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { expect, it, onTestFinished } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy } from './deployment.ts'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const
const thumb = image.crop(8, 8, { format: 'webp' })
const profiles = { photo: defineProfile({ storage: 'main', slots: SLOTS, accept, variants: { thumb } }) }
const to = (owner: string) => ({ owner: { type: 'member', id: owner }, slot: 'cover' as const })

async function startedApplication(): Promise<Application<typeof profiles>> {
  const application = await startApplication({ profiles })
  onTestFinished(() => application[Symbol.asyncDispose]())
  await application.rindle.schedule()
  return application
}

/** Findings that would turn a monitor red at this moment. */
async function wrongWith(rindle: Pick<Rindle, 'runtimeStatus'>): Promise<readonly string[]> {
  const { findings } = await rindle.runtimeStatus()
  return findings.filter(({ severity }) => severity === 'error').map((finding) => finding.class)
}

const noticesOf = ({ findings }: RuntimeStatus): readonly string[] => findings.map((finding) => finding.class)

it('a day of uploads, of users who err or give up, and of a deploy is green from end to end', async () => {
  const application = await startedApplication()
  const { rindle } = application
  const sql = (text: string): Promise<number> => rindle.prisma.$executeRawUnsafe(text)
  const seen: (readonly string[])[] = []
  const look = async (instance: Pick<Rindle, 'runtimeStatus'> = rindle): Promise<void> => {
    seen.push(await wrongWith(instance))
  }
  const workers = await rindle.work()

  const good = await rindle.upload('photo', await quadrants(40, 30), { filename: 'a.jpg', ...to('1') })
  await look()
  await settled(rindle, good.id)

  // The header of this file is whole, and half of its pixels are missing.
  const whole = await quadrants(400, 300)
  const broken = await rindle.upload('photo', whole.subarray(0, whole.length / 2), { filename: 'b.jpg', ...to('2') })
  expect(await settled(rindle, broken.id)).toMatchObject({ state: 'quarantined', errorReason: 'corrupt_media' })
  await look()

  // One user never sends the file, and the night is still to come when the time of the upload has run out.
  const { session } = await rindle.presignedPut('photo', { filename: 'c.jpg', contentType: 'image/jpeg', byteSize: 9 })
  await sql(
    `update rindle.media_upload_sessions set expires_at = now() - interval '20 hours' where id = '${session.id}'`,
  )
  await look()
  await rindle.abortIncompleteUploads()
  await look()

  // Somebody cancels work that is waiting.
  await workers.stop()
  await sql(`update rindle.media_variants set state = 'failed' where asset_id = '${good.id}'`)
  await rindle.requeueVariants(good.id)
  await rindle.cancelProcessing(good.id)
  await look()

  // A deploy: for a while nothing works, then a new version does, with one changed and one new recipe.
  await rindle.upload('photo', await quadrants(30, 40), { filename: 'd.jpg', ...to('3') })
  await look()
  const deployed = await deploy(application, {
    photo: defineProfile({
      storage: 'main',
      slots: SLOTS,
      accept,
      variants: { thumb: image.crop(9, 8, { format: 'webp' }), card: image.fit(20) },
    }),
  })
  await look(deployed)
  const newWorkers = await deployed.work()
  await look(deployed)
  await look()
  await deployed.regenerateVariants()
  await look(deployed)
  await settled(deployed, good.id)
  await newWorkers.stop()
  await look(deployed)

  expect(seen).toEqual(seen.map(() => []))
  expect(noticesOf(await deployed.runtimeStatus()).toSorted()).toEqual(['cancelled_work', 'quarantined_asset'])
})

it('a broken file comes with advice that works, and its remains come with none', async () => {
  const { rindle } = await startedApplication()
  const workers = await rindle.work()
  const whole = await quadrants(400, 300)
  const { id } = await rindle.upload('photo', whole.subarray(0, whole.length / 2), { filename: 'b.jpg' })
  const { variants } = await settled(rindle, id)
  expect(variants.map(({ state }) => state)).toEqual(['failed'])
  const status = await rindle.runtimeStatus()
  expect(noticesOf(status)).toEqual(['quarantined_asset'])
  expect(status.findings).toMatchObject([{ severity: 'notice', examples: [{ assetId: id, reason: 'corrupt_media' }] }])
  await expect(rindle.requeueVariants(id)).rejects.toMatchObject({ code: 'not_deliverable' })
  await workers.stop()
})
