import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineProfile, type EventMap, type EventName, type Logger, type Rindle, type RindleEvent } from '@rindle/core'
import { avProcessor } from '@rindle/processor-av'
import { video } from '@rindle/processor-av/recipes'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeClip } from '../av/make-clip.ts'
import { type Application, settled, startApplication } from '../support/application.ts'
import { quadrants } from '../support/pictures.ts'
import { warmImageProcessor } from '../support/warm-image-processor.ts'

/** The contract: every event, and the keys of its metadata. */
const CONTRACT: { readonly [N in EventName]: readonly (keyof EventMap[N])[] } = {
  'rindle.upload.start': ['adapter', 'profile', 'strategy'],
  'rindle.upload.stop': ['adapter', 'profile', 'strategy'],
  'rindle.upload.resumable.start': ['adapter', 'profile', 'protocol', 'state'],
  'rindle.upload.resumable.status': ['adapter', 'profile', 'protocol', 'state'],
  'rindle.upload.resumable.cancel': ['adapter', 'profile', 'protocol', 'state'],
  'rindle.asset.state_change': ['adapter', 'from', 'profile', 'to'],
  'rindle.variant.state_change': ['adapter', 'from', 'profile', 'to'],
  'rindle.media.transcode.start': ['output_kind', 'preset', 'profile'],
  'rindle.media.transcode.stop': ['output_kind', 'preset', 'profile'],
  'rindle.media.transcode.exception': ['output_kind', 'preset', 'profile'],
  'rindle.delivery.signed': ['adapter', 'mode', 'profile'],
  'rindle.delivery.range_fallback': ['adapter', 'profile'],
  'rindle.cleanup.run': ['worker'],
  'rindle.hook.attempt': ['kind', 'result', 'target', 'type'],
  'rindle.repair.start': ['dry_run', 'operation', 'scope'],
  'rindle.repair.stop': ['dry_run', 'operation', 'result', 'scope'],
  'rindle.repair.exception': ['dry_run', 'operation', 'result', 'scope'],
  'rindle.runtime.refusal': ['mode', 'reason', 'surface'],
  'rindle.runtime.check.stop': ['check', 'component', 'status'],
}
const NAMES = Object.keys(CONTRACT) as EventName[]

/** The least measurements of every event; some have more. */
const MEASURES: Partial<Readonly<Record<EventName, readonly string[]>>> = {
  'rindle.upload.stop': ['byteSize'],
  'rindle.upload.resumable.status': ['offset'],
  'rindle.media.transcode.stop': ['byteSize', 'durationUs'],
  'rindle.media.transcode.exception': ['durationUs'],
  'rindle.repair.stop': ['durationUs'],
  'rindle.repair.exception': ['durationUs'],
  'rindle.cleanup.run': ['durationUs'],
  'rindle.runtime.check.stop': ['durationUs'],
  'rindle.hook.attempt': ['attempt', 'durationUs'],
}

const MARK = 'planted'
const SLOT = `${MARK}_slot` as const
const FILENAME = `${MARK} holiday.jpg`
const OWNER = { type: `${MARK}_member`, id: `${MARK}-1` }
const profiles = {
  photo: defineProfile({
    storage: 'main',
    slots: { [SLOT]: 'one' },
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: { thumb: image.crop(8, 8) },
    delivery: { authorize: ({ actor }) => actor !== 'stranger' },
    on: { ready: () => {} },
  }),
  film: defineProfile({
    storage: 'main',
    slots: { [SLOT]: 'one' },
    accept: { types: ['video/*'], maxBytes: 50_000_000 },
    variants: { web: video.mp4({ height: 480 }) },
  }),
}

interface Logged {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

const logged: Logged[] = []
const logger: Logger = {
  debug: () => {},
  info: (fields, message) => void logged.push({ level: 'info', fields, message }),
  warn: (fields, message) => void logged.push({ level: 'warn', fields, message }),
  error: (fields, message) => void logged.push({ level: 'error', fields, message }),
}

const events: RindleEvent[] = []
let directory: string
let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), `rindle-${MARK}-`))
  const main = localStorage({
    directory,
    baseUrl: `http://127.0.0.1/${MARK}`,
    signingKey: `the ${MARK} secret of these tests, thirty-two characters or more`,
  })
  const processors = [warmImageProcessor(), avProcessor()]
  application = await startApplication({ profiles, processors, logger, storages: { main } })
  rindle = application.rindle
  for (const name of NAMES) rindle.on(name, (event) => void events.push(event))
  await liveALife()
}, 120_000)
afterAll(async () => {
  await application[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** Uploads of all kinds, work, delivery, repair, failure, refusal and an end. */
async function liveALife(): Promise<void> {
  const picture = await quadrants(40, 30)
  const workers = await application.work()
  const to = { owner: OWNER, slot: SLOT }
  const photo = await rindle.upload('photo', picture, { filename: FILENAME, ...to })
  const asset = rindle.narrow(await settled(rindle, photo.id), 'photo')

  const { session, request } = await rindle.presignedPut('photo', { filename: FILENAME, contentType: 'image/jpeg' })
  await rindle.serveFile(
    new Request(request.url, { method: 'PUT', body: Uint8Array.from(picture), headers: request.headers }),
  )
  await rindle.verifyCompletion(session.id)
  await settled(rindle, session.assetId)
  const resumable = { filename: FILENAME, contentType: 'image/jpeg', byteSize: picture.byteLength }
  const begun = await rindle.initiateResumableSession('photo', resumable)
  await rindle.resumableSessionStatus(begun.session.id)
  await rindle.cancelResumableSession(begun.session.id)

  const url = await rindle.url(asset)
  await rindle.serveFile(new Request(url, { headers: { range: 'bytes=b-a' } }))
  await rindle.reprobe(photo.id)
  await expect(rindle.reprobe('01900000-0000-7000-8000-000000000001')).rejects.toThrow()
  await rindle.doctor({ offline: true })

  const clip = await makeClip(application.directory, { size: '160x120', seconds: 1 })
  const film = await rindle.upload('film', clip, { filename: `${MARK}.mp4` })
  const { storageKey } = await settled(rindle, film.id)
  // Its pixels are gone, which shows when they are encoded again.
  await writeFile(
    join(directory, storageKey),
    Buffer.concat([clip.subarray(0, 48), Buffer.alloc(clip.byteLength - 48)]),
  )
  await rindle.prisma.mediaVariant.updateMany({ where: { assetId: film.id }, data: { state: 'missing' } })
  await rindle.regenerateVariants()
  await vi.waitFor(() => expect(events.map(({ name }) => name)).toContain('rindle.media.transcode.exception'), {
    timeout: 60_000,
  })

  const bogus = await rindle.presignedPut('photo', { filename: FILENAME, contentType: 'image/jpeg' })
  const html = Buffer.from(`<html>${MARK}</html>`)
  await rindle.serveFile(new Request(bogus.request.url, { method: 'PUT', body: html, headers: bogus.request.headers }))
  await rindle.verifyCompletion(bogus.session.id)
  const rejected = rindle.narrow(await settled(rindle, bogus.session.assetId), 'photo')
  await expect(rindle.url(rejected)).rejects.toMatchObject({ code: 'not_deliverable' })
  const late = await rindle.presignedPut('photo', { filename: FILENAME, contentType: 'image/jpeg' })
  await rindle.prisma.mediaUploadSession.update({ where: { id: late.session.id }, data: { expiresAt: new Date(0) } })
  await rindle.abortIncompleteUploads()
  await rindle.eraseOwner(OWNER)
  await workers.stop()
}

const eventsOf = <N extends EventName>(name: N) =>
  events.filter((event): event is RindleEvent<N> => event.name === name)

describe('the event', () => {
  it.each(NAMES)('%s is emitted, with the keys of the contract and numbers to measure', (name) => {
    const emitted = eventsOf(name)
    expect(emitted.length).toBeGreaterThan(0)
    for (const { metadata, measurements } of emitted) {
      expect(Object.keys(metadata).toSorted()).toEqual(CONTRACT[name])
      for (const value of Object.values(metadata)) expect(['string', 'boolean']).toContain(typeof value)
      expect(Object.keys(measurements)).toEqual(expect.arrayContaining([...(MEASURES[name] ?? [])]))
      for (const value of Object.values(measurements)) expect(Number.isFinite(value) && value >= 0).toBe(true)
    }
  })
})

describe('metadata', () => {
  it('holds no id, key, URL, filename, owner or secret', async () => {
    const told = events.flatMap(({ metadata, measurements }) => [
      ...Object.values(metadata).map(String),
      ...Object.keys(measurements),
    ])
    const known = await rindle.prisma.mediaAsset.findMany({ include: { variants: true, uploadSessions: true } })
    const hidden = known.flatMap(({ storageKey, variants, uploadSessions }) => [
      storageKey,
      ...variants.flatMap((variant) => [variant.storageKey, variant.recipeDigest]),
      ...uploadSessions.flatMap((session) => [session.uploadKey, session.sessionUri]),
    ])
    expect(hidden.length).toBeGreaterThan(6)
    const text = told.join(' ')
    for (const secret of hidden.filter((value) => value !== null)) expect(text).not.toContain(secret)
    expect(text).not.toContain(MARK)
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}|:\/\//)
  })

  it('is of low cardinality: a few words, however much happens', () => {
    for (const name of NAMES) {
      for (const key of CONTRACT[name] as readonly string[]) {
        const values = new Set(eventsOf(name).map(({ metadata }) => (metadata as Record<string, unknown>)[key]))
        // The doctor has about thirty checks, and these are all that there are.
        expect({ name, key, isFew: values.size <= 40 }).toMatchObject({ isFew: true })
      }
    }
  })

  it('names the profile of a file whose range was ignored', () => {
    expect(eventsOf('rindle.delivery.range_fallback').map(({ metadata }) => metadata)).toEqual([
      { profile: 'photo', adapter: 'local' },
    ])
  })

  it('names the refused call, and nothing that an authorizer refuses', async () => {
    expect(eventsOf('rindle.runtime.refusal').map(({ metadata }) => metadata)).toContainEqual({
      surface: 'delivery',
      reason: 'not_deliverable',
      mode: 'quarantined',
    })
    const before = events.length
    const [row] = await rindle.prisma.mediaAsset.findMany({ where: { profile: 'photo', state: 'ready' }, take: 1 })
    const asset = await rindle.asset(row?.id ?? '')
    if (asset === null) throw new Error('There is no ready photo.')
    const refused = rindle.url(rindle.narrow(asset, 'photo'), { actor: 'stranger' })
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
    expect(events.length).toBe(before)
  })
})

describe('the log', () => {
  it('tells of every quarantine, of an original that was damaged and of an expiry, with the id and the reason', async () => {
    const warnings = logged.filter(({ level }) => level === 'warn')
    const quarantined = await rindle.prisma.mediaAsset.findMany({ where: { state: 'quarantined' } })
    expect(quarantined).toHaveLength(1)
    for (const { id, errorReason } of quarantined) {
      expect(warnings).toContainEqual({
        level: 'warn',
        fields: { assetId: id, code: errorReason },
        message: expect.stringContaining('quarantined'),
      })
    }
    // Ready variants stay, so there is no quarantine.
    const damaged = await rindle.prisma.mediaAsset.findFirst({ where: { originalDamagedAt: { not: null } } })
    expect(logged).toContainEqual({
      level: 'error',
      fields: { assetId: damaged?.id, code: 'original_damaged' },
      message: expect.stringContaining('differs from the verified bytes'),
    })
    expect(warnings).toContainEqual({
      level: 'warn',
      fields: { sessionId: expect.any(String), assetId: expect.any(String), code: 'expired' },
      message: 'An upload session has expired.',
    })
  })

  it('has a code in whatever goes wrong', () => {
    const wrong = logged.filter(({ level }) => level === 'warn' || level === 'error')
    expect(wrong.filter(({ fields }) => !/^[a-z0-9_:]+$/i.test(String(fields['code'])))).toEqual([])
  })

  it('holds no secret, no URL and no filename', () => {
    expect(JSON.stringify(logged)).not.toMatch(new RegExp(`the ${MARK} secret|127\\.0\\.0\\.1|${MARK} holiday`))
  })
})
