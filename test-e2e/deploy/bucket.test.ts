import {
  GetBucketLifecycleConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import type { StorageCapability } from '@rindle/core'
import { type S3Credentials, s3Storage } from '@rindle/storage-s3'
import { cephMissing, type S3Server, useS3Server } from '@rindle/test-s3'
import { type SendSigned, type StorageContractCase, storageContractCases } from '@rindle/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionWith } from '../doctor/limited-credentials.ts'
import { withClient } from '../support/bucket-settings.ts'
import { byRunLength } from '../support/run-length.ts'
import { deployFile } from './deploy-files.ts'

const IS_RUN = byRunLength('the settings of a bucket', { sample: false, short: true, long: true })
// Great numbers, races and memory: they take long, and need no right that the others do not need.
const LONG = /1010 objects|64 MiB|while others|however fast|many write|neighbours|body that fails/
const withoutCeph = await cephMissing()

describe.runIf(IS_RUN)('the settings of a bucket on the page', () => {
  let server: S3Server
  let bucket: string
  let credentials: S3Credentials
  let opened = 0

  beforeAll(async () => {
    server = await useS3Server()
    bucket = await server.createBucket()
    credentials = await sessionWith(
      server,
      JSON.parse(deployFile('bucket/iam-policy.json').replaceAll('my-media', bucket)),
    )
  })
  afterAll(() => server.stop())

  /** A storage with the rights of the policy alone. Each has a prefix of its own, so each is empty. */
  function open(into = bucket) {
    opened += 1
    return s3Storage({ ...accessTo(server), bucket: into, prefix: `${opened}/`, credentials })
  }

  it('a storage with the rights of the policy alone keeps the storage contract', async () => {
    const { capabilities } = open()
    const has = (capability: StorageCapability | undefined): boolean =>
      capability !== undefined && capabilities.has(capability)
    const cases = storageContractCases({ listsOpenUploads: false }).filter(
      ({ name, needs, needsAbsent }) => (needs === undefined || has(needs)) && !has(needsAbsent) && !LONG.test(name),
    )
    expect(cases.length).toBeGreaterThan(70)
    expect((await Promise.all(cases.map(failureOf))).filter((failure) => failure !== undefined)).toEqual([])
  }, 60_000)

  async function failureOf({ name, run }: StorageContractCase): Promise<string | undefined> {
    const adapter = open()
    try {
      await adapter.start()
      await run({ adapter, send })
      return undefined
    } catch (error) {
      return `${name}: ${String(error)}`
    } finally {
      await adapter.stop()
    }
  }

  it('the policy opens no other bucket', async () => {
    const other = open(await server.createBucket())
    await other.start()
    await expect(other.head('a/b.jpg')).rejects.toMatchObject({ code: 'storage_denied' })
    await other.stop()
  })

  it.each(['lifecycle.json', 'lifecycle-with-versions.json'])(
    'a store takes %s, and the doctor finds it',
    async (name) => {
      const configured = await server.createBucket()
      const LifecycleConfiguration = JSON.parse(deployFile(`bucket/${name}`))
      await withClient(server, async (client) => {
        await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket: configured, LifecycleConfiguration }))
        const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: configured }))
        expect(Rules.map(({ ID }) => ID)).toEqual(LifecycleConfiguration.Rules.map(({ ID }: { ID: string }) => ID))
      })
      const storage = s3Storage({ bucket: configured, ...accessTo(server) })
      const findings = await Array.fromAsync(storage.diagnose?.({ signal: AbortSignal.timeout(10_000) }) ?? [])
      expect(findings).toContainEqual(expect.objectContaining({ id: 'storage.lifecycle', status: 'ok' }))
    },
  )

  it.skipIf(withoutCeph !== undefined)(
    'a store with CORS rules lets the pages of the origin send, and no others',
    async () => {
      const ceph = await useS3Server({ kind: 'ceph' })
      const inCeph = await ceph.createBucket()
      const CORSConfiguration = JSON.parse(deployFile('bucket/cors.json'))
      await withClient(ceph, (client) => client.send(new PutBucketCorsCommand({ Bucket: inCeph, CORSConfiguration })))
      const ask = (origin: string) => {
        const headers = {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-type',
        }
        return fetch(`${ceph.endpoint}/${inCeph}/staging/a.jpg`, { method: 'OPTIONS', headers })
      }
      const allowed = await ask('https://app.example')
      expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://app.example'])
      expect(allowed.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('etag')
      expect((await ask('https://other.example')).status).toBe(403)
      await ceph.stop()
    },
  )
})
if (IS_RUN && withoutCeph !== undefined) console.warn(`CORS is not tried: ${withoutCeph}`)

function accessTo({ endpoint, region, signedChecksum, accessKeyId, secretAccessKey }: S3Server) {
  return { endpoint, region, signedChecksum, credentials: { accessKeyId, secretAccessKey } }
}

const send: SendSigned = ({ url, method, headers }, body) =>
  fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
