import type { S3Server } from '@rindle/test-s3'
import { storageContract } from '@rindle/testing'
import { s3Subject } from '../s3-subject.ts'
import { otherClient } from './other-client.ts'
import { parts } from './parts.ts'
import { signedGets } from './signed-gets.ts'
import { signedPuts } from './signed-puts.ts'

/** Registers the tests that must pass on any store; the differences between stores are declared here. */
export function everyServer(server: S3Server): void {
  storageContract('s3Storage', () => s3Subject(server), {
    // MinIO lists an unfinished upload only by its exact key, and under an id that it does not know again.
    listsOpenUploads: server.kind !== 'minio',
  })
  signedPuts(server)
  signedGets(server)
  parts(server)
  otherClient(server)
}
