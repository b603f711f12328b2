import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Rindle } from '@rindle/core'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { tusProfiles } from './tus-profiles.ts'

let application: Application<typeof tusProfiles>
let served: ServedTus

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles })
  served = await serveTus(application.rindle as unknown as Rindle)
})
afterAll(async () => {
  await served.close()
  await application[Symbol.asyncDispose]()
})

it('tus-js-client uploads a file', async () => {
  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(3_000_000)])
  const url = await new Promise<string>((resolve, reject) => {
    const upload = new Upload(bytes, {
      endpoint: `http://127.0.0.1:${served.port}${TUS_PATH}`,
      chunkSize: 1_000_000,
      metadata: { profile: 'film', filename: 'a.pdf', filetype: 'application/pdf' },
      onSuccess: () => resolve(upload.url ?? ''),
      onError: reject,
    })
    upload.start()
  })
  const [id = ''] = (url.split('/').at(-1) ?? '').split('.')
  const session = await application.rindle.uploadSession(id)
  expect(session.state).toBe('completed')
  const stored = await application.storage.get(session.uploadKey)
  expect(
    createHash('sha256')
      .update(await buffer(stored.body))
      .digest('hex'),
  ).toBe(createHash('sha256').update(bytes).digest('hex'))
})
