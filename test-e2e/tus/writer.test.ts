import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { StorageAdapter } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { pdfOf } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(100_000)

let application: Application<typeof tusProfiles>
/** Runs before the storage reads a body; it hears when the lock is lost. */
let onAppend: ((lost: AbortSignal) => Promise<void>) | undefined
afterEach(() => {
  onAppend = undefined
})

beforeAll(async () => {
  const good = memoryStorage()
  const withoutResuming = { ...good, capabilities: new Set(['signed_url', 'presigned_put', 'head'] as const) }
  application = await startApplication({
    profiles: tusProfiles,
    storages: { remote: withoutResuming },
    wrapStorage: (storage) => ({ ...storage, resumable: told(storage.resumable) }),
  })
})
afterAll(async () => application[Symbol.asyncDispose]())

function told(resumable: StorageAdapter['resumable']): StorageAdapter['resumable'] {
  return {
    ...resumable,
    async *append(key, state, body, options) {
      if (options?.signal !== undefined) await onAppend?.(options.signal)
      // Any storage may do this when it hears of it: before it has read from the body.
      if (options?.signal?.aborted === true) body.destroy(options.signal.reason as Error)
      yield* resumable.append(key, state, body, options)
    },
  }
}

async function begin(): Promise<string> {
  const declared = { filename: 'a.pdf', contentType: 'application/pdf', byteSize: FILE.byteLength }
  return (await application.rindle.initiateResumableSession('local', declared)).session.id
}

const offsetOf = async (id: string) => (await application.rindle.uploadSession(id)).lastKnownOffset

it('a storage that cannot resume is refused by name, and no row is written', async () => {
  const declared = { filename: 'a.pdf', contentType: 'application/pdf' }
  await expect(application.rindle.initiateResumableSession('remote', declared)).rejects.toMatchObject({
    code: 'capability_unsupported',
    details: { capability: 'resumable_upload_session', adapter: 'memory', flow: 'upload' },
  })
  const rows = application.rindle.prisma.mediaUploadSession
  expect(await rows.count({ where: { asset: { profile: 'remote' } } })).toBe(0)
})

it('a writer that lost its lease writes nothing, and is stopped', async () => {
  const id = await begin()
  const writer = await application.rindle.writeResumableSession(id)
  await application.rindle.prisma.mediaUploadSession.update({ where: { id }, data: { lockToken: 'of another' } })
  await expect(writer.append(Readable.from([FILE.subarray(0, 10)]), { offset: 0 })).rejects.toMatchObject({
    code: 'conflict',
  })
  const endless = new Readable({ read: () => {} })
  await expect(writer.append(endless, { offset: 0 })).rejects.toMatchObject({ code: 'conflict' })
  await writer.release()
  expect(await offsetOf(id)).toBe(0)
  const { lockToken } = await application.rindle.prisma.mediaUploadSession.findUniqueOrThrow({ where: { id } })
  expect(lockToken).toBe('of another')
})

it('a writer that lost its lease before the first byte is stopped, and harms nothing', async () => {
  const id = await begin()
  const writer = await application.rindle.writeResumableSession(id)
  const body = new Readable({ read: () => {} })
  onAppend = async (signal) => {
    await application.rindle.prisma.mediaUploadSession.update({ where: { id }, data: { lockToken: 'of another' } })
    await once(signal, 'abort')
  }
  await expect(writer.append(body, { offset: 0 })).rejects.toMatchObject({ code: 'conflict' })
  expect(body.destroyed).toBe(true)
  await writer.release()
})

it('who waits is heard by the holder, and gives up in time', async () => {
  const id = await begin()
  const onWanted = vi.fn<() => void>()
  const holder = await application.rindle.writeResumableSession(id, { onWanted })
  const waiting = application.rindle.writeResumableSession(id, { waitMs: 3_000 })
  await expect(waiting).rejects.toMatchObject({ code: 'conflict', details: { reason: 'locked' } })
  expect(onWanted).toHaveBeenCalledOnce()
  await holder.release()
  const next = await application.rindle.writeResumableSession(id, { waitMs: 0 })
  await next.release()
})

it('a waiter that gives up gets its own reason', async () => {
  const id = await begin()
  const holder = await application.rindle.writeResumableSession(id)
  const signal = AbortSignal.abort(new Error('The client has gone.'))
  await expect(application.rindle.writeResumableSession(id, { signal })).rejects.toThrow('The client has gone.')
  await holder.release()
})

it('a stalled body is ended, and the received bytes are kept', async () => {
  const id = await begin()
  const writer = await application.rindle.writeResumableSession(id)
  const body = new Readable({ read: () => {} })
  body.push(FILE.subarray(0, 500))
  await expect(writer.append(body, { offset: 0, idleTimeoutMs: 50 })).rejects.toMatchObject({
    code: 'upload_rejected',
    retryable: true,
    details: { reason: 'body_timeout' },
  })
  expect(await offsetOf(id)).toBe(500)
  await writer.release()
})
