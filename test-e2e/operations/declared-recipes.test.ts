import { type AssetWithVariants, defineProfile, type Rindle } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy, madeOf, statesOf } from './deployment.ts'

type Regenerate = 'on_request' | 'automatically'

const accept = { types: ['image/*'], maxBytes: 1_000_000 } as const

const photoOf = (width: number, regenerate: Regenerate = 'on_request') =>
  defineProfile({
    storage: 'main',
    accept,
    variants: { thumb: image.crop(width, 8, { format: 'webp' }), small: image.fit(16) },
    regenerate,
  })
const other = photoOf(8)
const profiles = { photo: photoOf(8), other }

let application: Application<typeof profiles>
let picture: Buffer
beforeAll(async () => {
  application = await startApplication({ profiles })
  picture = await quadrants(40, 30)
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  const { rindle } = application
  await rindle.prisma.$executeRaw`truncate rindle.media_assets, rindle.media_declared_variants, pgboss.job cascade`
})

/** Ready assets, made by workers of the first version, which have stopped. */
async function madeBefore(count: number, profile: keyof typeof profiles = 'photo'): Promise<AssetWithVariants[]> {
  const { rindle } = application
  const workers = await application.work()
  const assets: AssetWithVariants[] = []
  for (let made = 0; made < count; made += 1) {
    const { id } = await rindle.upload(profile, picture, { filename: 'a.jpg' })
    assets.push(await settled(rindle, id))
  }
  await workers.stop()
  return assets
}

/** The variants after the workers of an instance have compared all of them with its recipes. */
async function compared(rindle: Rindle<typeof profiles>): Promise<void> {
  const changes = async () => (await rindle.runtimeStatus()).recipeChanges
  await expect.poll(async () => (await changes()).every(({ comparedAt }) => comparedAt !== null)).toBe(true)
  const declared = await rindle.prisma.mediaDeclaredVariant.count({ where: { checkedAt: { not: null } } })
  expect(declared).toBe(4)
}

async function current({ id }: { readonly id: string }): Promise<AssetWithVariants> {
  const asset = await application.rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return asset
}

describe('a deployment that changes a recipe', () => {
  it('marks exactly the variants of the other recipe as stale, and pages go on to show them', async () => {
    const photos = await madeBefore(3)
    const [untouched] = await madeBefore(1, 'other')
    const deployed = await deploy(application, { ...profiles, photo: photoOf(12) })
    const workers = await deployed.work({ queues: ['rindle_maintenance'] })
    await compared(deployed)
    for (const photo of photos) {
      const asset = await current(photo)
      expect(statesOf(asset)).toEqual({ thumb: 'stale', small: 'ready' })
      expect(asset.state).toBe('ready')
      const shown = await deployed.picture(deployed.narrow(asset, 'photo'), { variants: ['thumb'], alt: '' })
      expect(shown).toMatchObject({ sources: [], fallback: 'variant', img: { width: 8 } })
    }
    expect(madeOf(await current(untouched ?? { id: '' }))).toEqual(untouched === undefined ? [] : madeOf(untouched))
    expect((await deployed.runtimeStatus()).recipeChanges).toEqual([
      {
        profile: 'photo',
        variant: 'thumb',
        declaredAt: expect.any(Date),
        comparedAt: expect.any(Date),
        markedStale: 3,
      },
    ])
    await workers.stop()
    expect((await deployed.checkInvariants()).violations).toEqual([])
  })

  it('has them made again by itself where the profile says so, behind fresh uploads', async () => {
    const [photo] = await madeBefore(1)
    const deployed = await deploy(application, { ...profiles, photo: photoOf(12, 'automatically') })
    const watching = await deployed.work({ queues: ['rindle_maintenance'] })
    await compared(deployed)
    await watching.stop()
    expect(statesOf(await current(photo ?? { id: '' }))).toEqual({ thumb: 'queued', small: 'ready' })
    const jobs = await deployed.prisma.$queryRaw<readonly { priority: number }[]>`
      select priority from pgboss.job where name = 'rindle_process' and state = 'created'`
    expect(jobs).toEqual([{ priority: -1 }])
    const workers = await deployed.work()
    expect((await settled(deployed, photo?.id ?? '')).variants).toMatchObject([
      { name: 'small', width: 16 },
      { name: 'thumb', state: 'ready', width: 12 },
    ])
    await workers.stop()
  })

  it('also makes a variant that is new in a profile which regenerates automatically', async () => {
    const [photo] = await madeBefore(1)
    await application.rindle.prisma.mediaVariant.deleteMany({ where: { name: 'small' } })
    await application.rindle.prisma.mediaDeclaredVariant.deleteMany({ where: { variant: 'small' } })
    const deployed = await deploy(application, { ...profiles, photo: photoOf(8, 'automatically') })
    const workers = await deployed.work()
    await compared(deployed)
    expect(statesOf(await settled(deployed, photo?.id ?? ''))).toEqual({ small: 'ready', thumb: 'ready' })
    await workers.stop()
  })

  it('is followed once: the worker that started last decides, so an older one marks nothing back', async () => {
    const [photo] = await madeBefore(1)
    const older = await application.work()
    const deployed = await deploy(application, { ...profiles, photo: photoOf(12, 'automatically') })
    const newer = await deployed.work()
    await compared(deployed)
    const after = await settled(deployed, photo?.id ?? '')
    expect(after.variants).toMatchObject([{ name: 'small' }, { name: 'thumb', state: 'ready', width: 12 }])
    await Promise.all([older.stop(), newer.stop()])
    expect(await current(after)).toEqual(after)
  })

  it('can be rolled back: the old version started last then', async () => {
    const [photo] = await madeBefore(1)
    const deployed = await deploy(application, { ...profiles, photo: photoOf(12, 'automatically') })
    const workers = await deployed.work()
    await compared(deployed)
    await settled(deployed, photo?.id ?? '')
    await workers.stop()
    const back = await application.work()
    await compared(application.rindle)
    expect(statesOf(await current(photo ?? { id: '' }))).toEqual({ small: 'ready', thumb: 'stale' })
    await back.stop()
  })

  it('forgets variants that a profile no longer declares', async () => {
    const deployed = await deploy(application, {
      other,
      photo: defineProfile({ storage: 'main', accept, variants: { small: image.fit(16) } }),
    })
    await (await application.work()).stop()
    const workers = await deployed.work()
    await expect
      .poll(() => deployed.prisma.mediaDeclaredVariant.count({ where: { profile: 'photo', variant: 'thumb' } }))
      .toBe(0)
    await workers.stop()
  })
})
