import { onDemand, type Started } from '@rindle/test-database/on-demand'
import type { TestProject } from 'vitest/node'
import { startCeph } from './ceph.ts'
import { startMinio } from './minio.ts'
import type { OwnS3Server } from './s3-server.ts'
import type { SharedServer } from './use-s3-server.ts'

/**
 * Gives a test run one MinIO and one Ceph, each started by the first test that asks for it.
 *
 * @returns The function that vitest calls after the last test: it stops the servers.
 */
export default async function setUpS3Servers(project: TestProject): Promise<() => Promise<void>> {
  const offers = { minio: await onDemand(shared(startMinio)), ceph: await onDemand(shared(startCeph)) }
  project.provide('rindleTestS3', { minio: offers.minio.address, ceph: offers.ceph.address })
  return async () => void (await Promise.all([offers.minio.close(), offers.ceph.close()]))
}

function shared(start: () => Promise<OwnS3Server>): () => Promise<Started<SharedServer>> {
  return async () => {
    const server = await start()
    const { kind, endpoint, region, accessKeyId, secretAccessKey, signedChecksum } = server
    const answer = { kind, endpoint, region, accessKeyId, secretAccessKey, signedChecksum }
    return { answer, close: () => server.stop() }
  }
}
