import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Rindle } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'
import { Upload, type UploadOptions } from 'tus-js-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Application, startApplication } from '../support/application.ts'
import { type ServedTus, serveTus, TUS_PATH } from './serve-tus.ts'
import { pdfOf, sessionIdOf, sha256, type TusClient, tusClient } from './tus-client.ts'
import { tusProfiles } from './tus-profiles.ts'

const FILE = pdfOf(3_000_000)
const METADATA = { profile: 'local', filename: 'lesson.pdf', filetype: 'application/pdf', nonlatin: 'słońce' }

let application: Application<typeof tusProfiles>
let served: ServedTus
let client: TusClient

beforeAll(async () => {
  application = await startApplication({ profiles: tusProfiles, storages: { remote: memoryStorage() } })
  served = await serveTus(application.rindle as unknown as Rindle)
  client = tusClient(served.port)
})
afterAll(async () => {
  await served.close()
  await application[Symbol.asyncDispose]()
})

function uploadOf(options: UploadOptions): Upload {
  const body = Readable.from([FILE.subarray(0, 1_700_000), FILE.subarray(1_700_000)], { objectMode: false })
  return new Upload(body, {
    endpoint: `http://127.0.0.1:${served.port}${TUS_PATH}`,
    metadata: METADATA,
    // The last chunk is shorter: with whole chunks the client does not notice the end of an upload of unknown length.
    chunkSize: 1_100_000,
    retryDelays: null,
    ...options,
  })
}

/** Sends the file and gives the path of its upload. */
async function send(options: UploadOptions): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const upload = uploadOf({ ...options, onSuccess: () => resolve(upload.url ?? ''), onError: reject })
    upload.start()
  })
  return new URL(url).pathname
}

describe('tus-js-client', () => {
  it.each([
    ['of a known length', { uploadSize: FILE.byteLength }],
    ['whose length shows at its end', { uploadLengthDeferred: true }],
    ['whose first bytes come with the creation', { uploadSize: FILE.byteLength, uploadDataDuringCreation: true }],
  ] satisfies [string, UploadOptions][])('sends a stream %s', async (_what, options) => {
    const path = await send(options)
    const { headers } = await client.ask('HEAD', path)
    expect([headers.get('upload-offset'), headers.get('upload-length')]).toEqual(['3000000', '3000000'])
    expect(headers.get('upload-metadata')?.split(',')).toContain('nonlatin c8WCb8WEY2U=')
    const { state, uploadKey } = await application.rindle.uploadSession(sessionIdOf(path))
    expect(state).toBe('completed')
    expect(sha256(await buffer((await application.storage.get(uploadKey)).body))).toBe(sha256(FILE))
  })

  it('gives an upload up in its middle, which is gone then', async () => {
    const { promise: middle, resolve } = Promise.withResolvers<void>()
    const upload = uploadOf({ uploadSize: FILE.byteLength, onChunkComplete: () => resolve() })
    upload.start()
    await middle
    await upload.abort(true)
    const { pathname } = new URL(upload.url ?? '')
    expect(await client.offsetOf(pathname)).toBe(410)
    expect((await application.rindle.uploadSession(sessionIdOf(pathname))).state).toBe('aborted')
  })
})
