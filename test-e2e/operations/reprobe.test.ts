import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssetWithVariants } from '@rindle/core'
import { faultyStorage } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { photo, type photoProfiles } from '../support/photo-profiles.ts'
import { quadrants } from '../support/pictures.ts'
import { deploy } from './deployment.ts'

let application: Application<typeof photoProfiles>

beforeAll(async () => {
  application = await startApplication()
  await application.work()
})
afterAll(async () => application[Symbol.asyncDispose]())

async function readyPhoto(): Promise<AssetWithVariants> {
  const { rindle } = application
  const { id } = await rindle.upload('photo', await quadrants(80, 40, { orientation: 6 }), { filename: 'a.jpg' })
  return settled(rindle, id)
}

describe('probing again', () => {
  it('corrects the facts in the row, clears those that do not apply, and touches nothing else', async () => {
    const { rindle } = application
    const before = await readyPhoto()
    const wrong = {
      kind: 'video',
      contentType: 'image/png',
      width: 7,
      height: null,
      durationMs: 5_000n,
      hasVideoTrack: true,
      hasAudioTrack: true,
    }
    await rindle.prisma.mediaAsset.update({ where: { id: before.id }, data: wrong })
    const { asset, changed } = await rindle.reprobe(before.id)
    expect(changed.toSorted()).toEqual(Object.keys(wrong).toSorted())
    const after = await rindle.asset(before.id)
    expect(after).toEqual({ ...before, updatedAt: after?.updatedAt })
    expect(asset).toMatchObject({ kind: 'image', contentType: 'image/jpeg', width: 40, height: 80, durationMs: null })
  })

  it('can be repeated, and then changes nothing', async () => {
    const { id } = await readyPhoto()
    const reports = await Promise.all([application.rindle.reprobe(id), application.rindle.reprobe(id)])
    expect(reports.map(({ changed }) => changed)).toEqual([[], []])
  })

  it('leaves the row as it is when the bytes are beyond the limits of the profile', async () => {
    const before = await readyPhoto()
    const strict = { ...photo, accept: { ...photo.accept, maxPixels: 10 } }
    const rindle = await deploy(application, { photo: strict })
    const failures: unknown[] = []
    rindle.on('rindle.repair.exception', ({ metadata }) => void failures.push(metadata))
    await expect(rindle.reprobe(before.id)).rejects.toMatchObject({ code: 'limit_exceeded' })
    expect(await rindle.asset(before.id)).toEqual(before)
    expect(failures).toEqual([{ operation: 'reprobe', scope: 'asset', result: 'limit_exceeded', dry_run: false }])
  })

  it('keeps what a type is called when no processor reads it', async () => {
    const before = await readyPhoto()
    const rindle = await deploy(application, { photo: { ...photo, variants: {} } }, { processors: [] })
    const { asset } = await rindle.reprobe(before.id)
    expect(asset).toMatchObject({ kind: 'image', contentType: 'image/jpeg', width: null, height: null })
  })

  it('reports an asset that is purged while it is read as unknown', async () => {
    const { id, storageKey } = await readyPhoto()
    const owner = { type: 'member', id: 1 }
    let isRead = false
    const watched = faultyStorage(application.storage, {
      onCall: async (point, [key]) => {
        if (point !== 'head:before' || key !== storageKey || isRead) return
        isRead = true
        await application.rindle.attach({ id, profile: 'photo' }, owner, 'cover')
        await application.rindle.detach(owner, 'cover')
        await vi.waitFor(async () => expect(await application.rindle.asset(id)).toBeNull(), { timeout: 10_000 })
      },
    })
    const rindle = await deploy(application, { photo }, { storages: { main: watched } })
    await expect(rindle.reprobe(id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses an unknown asset, one whose original is gone, and bytes that were rejected', async () => {
    const { rindle } = application
    await expect(rindle.reprobe('7')).rejects.toMatchObject({ code: 'not_found' })
    await expect(rindle.reprobe('01900000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' })
    const { id, storageKey } = await readyPhoto()
    await rm(join(application.directory, 'storage', storageKey))
    await expect(rindle.reprobe(id)).rejects.toMatchObject({ code: 'original_missing' })
    await rindle.prisma.mediaAsset.update({ where: { id }, data: { state: 'quarantined' } })
    await expect(rindle.reprobe(id)).rejects.toMatchObject({ code: 'not_deliverable' })
  })
})
