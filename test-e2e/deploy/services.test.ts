import type { WireAsset, WireRequest, WireUpload } from '@rindle/http'
import { createTestDatabase, type TestDatabase } from '@rindle/test-database'
import { freePort, type S3Server, useS3Server } from '@rindle/test-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { quadrants } from '../support/pictures.ts'
import { byRunLength } from '../support/run-length.ts'
import { type RunningService, runMigrations, startService } from './services.ts'

const IS_RUN = byRunLength('the services of the compose file, without containers', {
  sample: false,
  short: true,
  long: true,
})
const TOKEN = 'a-token-of-the-test'

describe.runIf(IS_RUN)('the services of the compose file', () => {
  let database: TestDatabase
  let store: S3Server
  let services: { readonly web: RunningService; readonly worker: RunningService }
  let url: string

  beforeAll(async () => {
    ;[database, store] = await Promise.all([createTestDatabase({ migrated: false }), useS3Server()])
    const [port, healthPort, bucket] = await Promise.all([freePort(), freePort(), store.createBucket()])
    url = `http://127.0.0.1:${port}`
    const here = {
      'postgres://media:${POSTGRES_PASSWORD:?}@postgres:5432/media': database.url,
      'S3_BUCKET: media': `S3_BUCKET: ${bucket}\n    PORT: "${port}"`,
      'S3_REGION: us-east-1': `S3_REGION: ${store.region}`,
      'http://minio:9000': store.endpoint,
      '${S3_PUBLIC_ENDPOINT:-http://localhost:9000}': store.endpoint,
      'AWS_ACCESS_KEY_ID: media': `AWS_ACCESS_KEY_ID: ${store.accessKeyId}`,
      '${MINIO_PASSWORD:?}': store.secretAccessKey,
      '${API_TOKEN:?}': TOKEN,
      'http://127.0.0.1:3000': url,
      '8081': String(healthPort),
    }
    await runMigrations(here)
    services = { web: startService('web', here), worker: startService('worker', here) }
    await Promise.all([services.web.healthy(), services.worker.healthy()])
  }, 60_000)
  afterAll(async () => {
    await Promise.all([services.web.terminate(), services.worker.terminate()])
    await database.drop()
    await store.stop()
  })

  it('take an upload to the bucket, make its variants, and end by themselves on SIGTERM', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const photo = await quadrants(80, 60)
    const declared = { profile: 'photo', filename: 'a.jpg', contentType: 'image/jpeg', byteSize: photo.byteLength }
    const begin = { method: 'POST', body: JSON.stringify(declared) }
    const refused = await fetch(`${url}/rindle/uploads`, { ...begin, headers: { 'content-type': 'application/json' } })
    expect(refused.status).toBe(401)
    const answered = await fetch(`${url}/rindle/uploads`, { ...begin, headers })
    const begun = (await answered.json()) as WireUpload & { readonly request: WireRequest }
    const { request } = begun
    const sent = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      body: new Uint8Array(photo),
    })
    expect(sent.status).toBe(200)
    const completed = await fetch(`${url}/rindle/uploads/${begun.id}/complete`, { method: 'POST', headers, body: '{}' })
    expect(completed.status).toBe(200)
    await vi.waitFor(
      async () => {
        const shown = await fetch(`${url}/rindle/assets/${begun.assetId}`, { headers })
        const { variants } = (await shown.json()) as WireAsset
        expect(Object.values(variants).map(({ state }) => state)).toEqual(['ready', 'ready'])
      },
      { timeout: 30_000, interval: 100 },
    )
    expect(await Promise.all([services.web.terminate(), services.worker.terminate()])).toEqual([0, 0])
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})
