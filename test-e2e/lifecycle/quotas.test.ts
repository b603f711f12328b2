import { Readable } from 'node:stream'
import { defineProfile, type QuotaDrift, type QuotaRequest, type Rindle } from '@rindle/core'
import { openDatabase } from '@rindle/prisma'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Application, settled, startApplication } from '../support/application.ts'
import { SLOTS } from '../support/slots.ts'

const MAX_BYTES = 1_000
const profiles = {
  file: defineProfile({ storage: 'main', slots: SLOTS, accept: { types: ['application/pdf'], maxBytes: MAX_BYTES } }),
}
const LIMITS = { maxBytes: 10_000, maxAssets: 10 }

let application: Application<typeof profiles>
let rindle: Rindle<typeof profiles>
let other: Rindle<typeof profiles>
const asked: Omit<QuotaRequest, 'tx'>[] = []

beforeAll(async () => {
  application = await startApplication({
    profiles,
    maxOpenUploads: 12,
    quota: ({ tx: _, ...upload }) => {
      asked.push(upload)
      return upload.actorId === 'free' ? null : LIMITS
    },
  })
  rindle = application.rindle
  other = await application.another()
})
afterAll(async () => application[Symbol.asyncDispose]())

const declared = (actorId: string, byteSize?: number) => ({
  filename: 'a.pdf',
  actorId,
  ...(byteSize === undefined ? {} : { byteSize }),
})
const bytes = (length: number): Buffer => Buffer.from('%PDF-1.7\n'.padEnd(length, ' '))
const usage = async (account: string): Promise<{ bytes: number; assets: number }> => {
  const row = await rindle.prisma.mediaQuota.findUnique({ where: { account } })
  return { bytes: Number(row?.bytes ?? 0), assets: Number(row?.assets ?? 0) }
}

/** The codes of failures, and how many succeeded. */
async function outcomes(work: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const result of await Promise.allSettled(work)) {
    const outcome = result.status === 'fulfilled' ? 'done' : ((result.reason as { code?: string }).code ?? 'error')
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

it('an upload from a URL reserves the most that it may take, and gives it back when it is given up', async () => {
  const url = 'https://a.test/a.pdf'
  const session = await rindle.uploadFrom('file', url, { actorId: 'fetcher', maxBytes: 300 })
  await rindle.uploadFrom('file', url, { actorId: 'fetcher' })
  expect(await usage('actor:fetcher')).toEqual({ bytes: 1_300, assets: 2 })
  await rindle.abortUpload(session.id)
  expect(await usage('actor:fetcher')).toEqual({ bytes: 1_000, assets: 1 })
})

it('50 sessions that begin at once, in two processes and in every way, never exceed a quota of 10', async () => {
  const begin = [
    (from: Rindle<typeof profiles>) => from.initiateUpload('file', declared('crowd', 10)),
    (from: Rindle<typeof profiles>) => from.initiateResumableSession('file', declared('crowd', 10)),
    (from: Rindle<typeof profiles>) => from.upload('file', bytes(10), declared('crowd')),
  ]
  const work = Array.from({ length: 50 }, (_, at) => begin[at % 3]?.(at % 2 === 0 ? rindle : other) as Promise<unknown>)
  expect(await outcomes(work)).toEqual({ done: 10, quota_exceeded: 40 })
  expect(await usage('actor:crowd')).toEqual({ bytes: 100, assets: 10 })
  expect(await rindle.prisma.mediaAsset.count({ where: { quotaAccount: 'actor:crowd' } })).toBe(10)
})

it('bytes never exceed a quota either; an undeclared size counts as the most that the profile accepts', async () => {
  const work = Array.from({ length: 9 }, () => rindle.initiateUpload('file', declared('unsized')))
  expect(await outcomes([...work, rindle.initiateUpload('file', declared('unsized', 400))])).toEqual({ done: 10 })
  const roomy = { account: 'room for files', maxBytes: 1_000, maxAssets: null }
  const limited = await application.another({ quota: () => roomy })
  await limited.upload('file', bytes(600), declared('unsized'))
  await expect(limited.initiateUpload('file', declared('unsized', 401))).rejects.toMatchObject({
    code: 'quota_exceeded',
    retryable: false,
    details: { limit: 'bytes', maxBytes: 1_000, bytesLeft: 400, maxAssets: null, assetsLeft: null },
  })
  expect(await usage('room for files')).toEqual({ bytes: 600, assets: 1 })
  await expect(rindle.initiateUpload('file', declared('unsized', 1))).rejects.toMatchObject({
    code: 'quota_exceeded',
    details: { limit: 'assets', bytesLeft: 600, assetsLeft: 0 },
  })
})

it('a full account is refused before the body of an upload is read', async () => {
  const full = await application.another({ quota: () => ({ maxAssets: 0 }) })
  const body = new ReadableStream<Uint8Array>({ pull: () => expect.unreachable('read') }, { highWaterMark: 0 })
  await expect(full.upload('file', body, declared('nobody'))).rejects.toMatchObject({ code: 'quota_exceeded' })
  expect(body.locked).toBe(false)
})

it('completion corrects what was reserved, and abort, expiry and purge release it', async () => {
  const [sent, aborted, expired] = await Promise.all([
    rindle.initiateUpload('file', declared('ada')),
    rindle.initiateUpload('file', declared('ada')),
    rindle.initiateUpload('file', { ...declared('ada'), expiresInSeconds: 1 }),
  ])
  expect(await usage('actor:ada')).toEqual({ bytes: 3_000, assets: 3 })
  await application.storage.put(sent.uploadKey, Readable.from([bytes(70)]), { contentType: 'application/pdf' })
  await rindle.verifyCompletion(sent.id)
  await rindle.verifyCompletion(sent.id)
  expect(await usage('actor:ada')).toEqual({ bytes: 2_070, assets: 3 })
  await Promise.all([rindle.abortUpload(aborted.id), other.abortUpload(aborted.id)])
  expect(await usage('actor:ada')).toEqual({ bytes: 1_070, assets: 2 })
  const later = await application.another({ now: () => new Date(Date.now() + 60_000) })
  await later.abortIncompleteUploads()
  expect(await rindle.uploadSession(expired.id)).toMatchObject({ state: 'expired' })
  expect(await usage('actor:ada')).toEqual({ bytes: 70, assets: 1 })
  const workers = await application.work()
  expect((await settled(rindle, sent.assetId)).state).toBe('ready')
  await rindle.purgeAsset(sent.assetId, { live: true })
  await vi.waitFor(async () => expect(await rindle.asset(sent.assetId)).toBeNull(), { timeout: 20_000 })
  expect(await usage('actor:ada')).toEqual({ bytes: 0, assets: 0 })
  await workers.stop()
})

it('a rollback of the application takes the reservation back', async () => {
  const database = openDatabase(application.databaseUrl)
  const work = database.transaction(async (tx) => {
    await rindle.initiateUpload('file', { ...declared('rolled', 5), tx })
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await usage('actor:rolled')).toEqual({ bytes: 0, assets: 0 })
  await database.close()
})

it('pieces reserve their bytes, and the upload that is made of them takes those over', async () => {
  const limited = await application.another({ quota: () => ({ account: 'pieces', maxBytes: 25, maxAssets: 1 }) })
  const begin = () =>
    limited.initiateResumableSession('file', { ...declared('eve', 10), resumableConcat: 'partial' as const })
  const pieces = [await begin(), await begin()]
  await expect(begin()).rejects.toMatchObject({ code: 'quota_exceeded', details: { bytesLeft: 5 } })
  expect(await usage('pieces')).toEqual({ bytes: 20, assets: 0 })
  for (const { session } of pieces) {
    const writer = await limited.writeResumableSession(session.id)
    await writer.append(Readable.from([bytes(10)]), { offset: 0 })
    await writer.release()
  }
  const ids = pieces.map(({ session }) => session.id)
  const whole = () => limited.concatenateUploads('file', ids, { ...declared('eve'), resumableConcat: 'final;a b' })
  await expect(
    limited.concatenateUploads('file', ids, { ...declared('eve'), signal: AbortSignal.abort(new Error('gone')) }),
  ).rejects.toThrow('gone')
  expect(await usage('pieces')).toEqual({ bytes: 20, assets: 0 })
  // Each of them would need 20 of the 25 bytes.
  await outcomes([whole(), whole()])
  expect(await usage('pieces')).toEqual({ bytes: 20, assets: 1 })
})

it('one actor has at most maxOpenUploads under way, whatever begins at once; ended ones count no more', async () => {
  const open = Array.from({ length: 30 }, () => rindle.initiateUpload('file', declared('free', 1)))
  expect(await outcomes(open)).toEqual({ done: 12, quota_exceeded: 18 })
  await expect(rindle.initiateUpload('file', declared('free', 1))).rejects.toMatchObject({
    details: { limit: 'open_uploads', maxOpenUploads: 12 },
  })
  await expect(rindle.initiateUpload('file', { ...declared('free', 1), tenant: 'acme' })).resolves.toBeDefined()
  const sessions = await Promise.allSettled(open)
  const [first] = sessions.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  await rindle.abortUpload(first?.id ?? '')
  await expect(rindle.initiateUpload('file', declared('free', 1))).resolves.toBeDefined()
  expect(await rindle.prisma.mediaQuota.count({ where: { account: 'actor:free' } })).toBe(0)
})

it('a recount finds and repairs numbers that differ from the rows, while uploads go on', async () => {
  const many = await application.another({ quota: ({ owner }) => ({ account: `drift:${owner?.id ?? 0}` }) })
  const upload = (id: number) =>
    many.upload('file', bytes(10), { filename: 'a.pdf', owner: { type: 'm', id }, slot: 'gallery' })
  for (const id of [1, 2, 3]) await upload(id)
  const database = openDatabase(application.databaseUrl)
  await database.executeSql(`update rindle.media_quotas set bytes = 7, assets = -2 where account = 'drift:1'`, [])
  await database.executeSql(`delete from rindle.media_quotas where account = 'drift:2'`, [])
  await database.close()
  const drifts: QuotaDrift[] = []
  const onDrift = (drift: QuotaDrift): void => void drifts.push(drift)
  expect(await many.recountQuotas({ onDrift })).toMatchObject({ drifted: 2, repaired: 0, dryRun: true })
  expect(drifts).toEqual([
    { account: 'drift:1', bytes: 7, assets: -2, countedBytes: 10, countedAssets: 1 },
    { account: 'drift:2', bytes: 0, assets: 0, countedBytes: 10, countedAssets: 1 },
  ])
  expect(await usage('drift:1')).toEqual({ bytes: 7, assets: -2 })
  const recounts = Array.from({ length: 4 }, () => many.recountQuotas({ live: true }))
  await Promise.all([...recounts, ...[1, 2, 3, 1, 2, 3].map(upload)])
  expect(await many.recountQuotas()).toMatchObject({ drifted: 0, errors: 0 })
  expect(await usage('drift:1')).toEqual({ bytes: 30, assets: 3 })
  const { accounts, next } = await many.listQuotas({ after: 'drift:1', limit: 1 })
  expect(accounts).toMatchObject([{ account: 'drift:2', bytes: 30, assets: 3, maxBytes: null, maxAssets: null }])
  expect(next).toBe('drift:2')
})

it('the application is asked with everything that it may decide by, and an answer that is none is an error', async () => {
  const owner = { type: 'member', id: 7 }
  await rindle.upload('file', bytes(10), { filename: 'a.pdf', tenant: 'acme', owner, slot: 'gallery' })
  expect(asked.at(-1)).toEqual({ profile: 'file', actorId: null, owner, tenant: 'acme' })
  expect(await usage('acme/owner:member:7')).toEqual({ bytes: 10, assets: 1 })
  const broken = await application.another({ quota: () => ({ maxBytes: Number.NaN }) })
  await expect(broken.upload('file', bytes(10), declared('x'))).rejects.toMatchObject({ code: 'config_invalid' })
})
