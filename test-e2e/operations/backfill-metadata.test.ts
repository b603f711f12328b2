import { type Analyzer, type Asset, defineProfile } from '@rindle/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { SLOTS } from '../support/slots.ts'
import { deploy } from './deployment.ts'

const analyzer = (name: string, found: () => Record<string, string | number>): Analyzer => ({
  name,
  analyze: async (source, { probe }) => ({ ...found(), bytes: source.byteSize, width: probe.width ?? 0 }),
})
const analyzed = (...analyzers: readonly Analyzer[]) =>
  defineProfile({ storage: 'main', slots: SLOTS, accept: { types: ['image/*'], maxBytes: 1_000_000 }, analyzers })

const owner = { type: 'member', id: 1 }
const old = analyzer('colours', () => ({ main: 'red' }))
const profiles = { photo: analyzed(old), plain: analyzed() }

let application: Application<typeof profiles>

beforeAll(async () => {
  application = await startApplication({ profiles })
})
afterAll(async () => application[Symbol.asyncDispose]())
beforeEach(async () => {
  await application.rindle.prisma.$executeRawUnsafe('truncate rindle.media_assets, pgboss.job cascade')
})

async function ready(count: number, profile: keyof typeof profiles = 'photo'): Promise<Asset[]> {
  const { rindle } = application
  const workers = await rindle.work()
  const assets: Asset[] = []
  for (let made = 0; made < count; made += 1) {
    const { id } = await rindle.upload(profile, await quadrants(20, 20), { filename: 'a.jpg' })
    assets.push(await settled(rindle, id))
  }
  await workers.stop()
  return assets
}

async function metadataOf({ id }: Asset): Promise<Asset['metadata'] | undefined> {
  return (await application.rindle.asset(id))?.metadata
}

describe('a backfill', () => {
  const fresh = analyzer('colours', () => ({ main: 'green' }))
  const faces = analyzer('faces', () => ({ count: 2 }))

  it('writes what the analyzers of today find, and leaves the rest of the metadata', async () => {
    const [first, second] = await ready(2)
    await ready(1, 'plain')
    const rindle = await deploy(application, { ...profiles, photo: analyzed(fresh, faces) })
    expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 2, updated: 2, failed: 0, interrupted: false })
    const bytes = first?.byteSize
    expect(await metadataOf(first as Asset)).toEqual({
      ...first?.metadata,
      colours: { main: 'green', bytes, width: 20 },
      faces: { count: 2, bytes, width: 20 },
    })
    expect(await metadataOf(second as Asset)).toHaveProperty('faces')
    expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 2, updated: 0, failed: 0 })
  })

  it('runs one analyzer, or one profile, when that is named', async () => {
    const [asset] = await ready(1)
    const rindle = await deploy(application, { ...profiles, photo: analyzed(fresh, faces) })
    expect(await rindle.backfillMetadata({ profile: 'plain' })).toMatchObject({ scanned: 0 })
    expect(await rindle.backfillMetadata({ analyzer: 'faces' })).toMatchObject({ scanned: 1, updated: 1 })
    expect(await metadataOf(asset as Asset)).toMatchObject({ colours: { main: 'red' }, faces: { count: 2 } })
    await expect(rindle.backfillMetadata({ analyzer: 'face' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(rindle.backfillMetadata({ profile: 'foto' as 'photo' })).rejects.toMatchObject({
      code: 'unknown_profile',
    })
  })

  it('is for one storage, when that is named', async () => {
    await ready(2)
    const rindle = await deploy(
      application,
      { ...profiles, photo: analyzed(fresh) },
      { storages: { main: application.storage, other: application.storage } },
    )
    const [asset] = await rindle.prisma.mediaAsset.findMany({ take: 1 })
    await rindle.prisma.mediaAsset.updateMany({ where: { id: asset?.id ?? '' }, data: { storage: 'other' } })
    expect(await rindle.backfillMetadata({ storage: 'other', dryRun: true })).toMatchObject({ scanned: 1, updated: 1 })
    expect(await rindle.backfillMetadata({ storage: 'main' })).toMatchObject({ scanned: 1, updated: 1 })
    expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 2, updated: 1 })
    await expect(rindle.backfillMetadata({ storage: 'mian' })).rejects.toMatchObject({ code: 'invalid_input' })
  })

  it('looks at ready, available and degraded assets only', async () => {
    const assets = await ready(7)
    const states = ['ready', 'available', 'degraded', 'processing', 'transcoding', 'quarantined', 'deleted']
    for (const [index, state] of states.entries()) {
      await application.rindle.prisma.mediaAsset.update({ where: { id: assets[index]?.id ?? '' }, data: { state } })
    }
    const rindle = await deploy(application, { ...profiles, photo: analyzed(fresh) })
    expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 3, updated: 3 })
  })

  it('counts an asset that fails, which keeps its metadata, and does the rest', async () => {
    const assets = await ready(3)
    const failing: Analyzer = {
      name: 'colours',
      analyze: async (_source, { assetId }) => {
        if (assetId === assets[1]?.id) throw new Error('No answer.')
        return { main: 'green' }
      },
    }
    const rindle = await deploy(application, { ...profiles, photo: analyzed(failing) })
    const results: unknown[] = []
    rindle.on('rindle.repair.stop', ({ metadata }) => void results.push(metadata.result))
    expect(await rindle.backfillMetadata()).toMatchObject({ scanned: 3, updated: 2, failed: 1 })
    expect(results).toEqual(['errors'])
    expect(await metadataOf(assets[1] as Asset)).toEqual(assets[1]?.metadata)
  })

  it('does not count an asset as failed that is purged before its turn', async () => {
    const [, going] = await ready(2)
    const purging: Analyzer = {
      name: 'colours',
      analyze: async () => {
        await application.rindle.attach(going as Asset<'photo'>, owner, 'cover')
        await application.rindle.detach(owner, 'cover')
        const workers = await application.work()
        await vi.waitFor(async () => expect(await metadataOf(going as Asset)).toBeUndefined(), { timeout: 10_000 })
        await workers.stop()
        return { main: 'green' }
      },
    }
    const rindle = await deploy(application, { ...profiles, photo: analyzed(purging) })
    expect(await rindle.backfillMetadata({ concurrency: 1 })).toMatchObject({ scanned: 2, updated: 1, failed: 0 })
  })

  it('finishes the current asset when it is interrupted, and continues after it', async () => {
    const assets = await ready(4)
    const stop = new AbortController()
    const stopping: Analyzer = {
      name: 'colours',
      analyze: async () => {
        stop.abort()
        return { main: 'green' }
      },
    }
    const rindle = await deploy(application, { ...profiles, photo: analyzed(stopping) })
    const first = await rindle.backfillMetadata({ signal: stop.signal, concurrency: 1 })
    expect(first).toMatchObject({ scanned: 1, updated: 1, interrupted: true })
    const after = assets[0]?.id ?? ''
    expect(await rindle.backfillMetadata({ after })).toMatchObject({ scanned: 3, updated: 3, lastId: assets[3]?.id })
  })
})
