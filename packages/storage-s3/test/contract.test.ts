import { startS3Server } from '@rindle/test-s3'
import { storageContract } from '@rindle/testing'
import { afterAll } from 'vitest'
import { s3Subject } from './s3-subject.ts'

const server = await startS3Server()
afterAll(() => server.stop())

// MinIO lists an unfinished upload only by its exact key, and under an id that it does not know again.
storageContract('s3Storage', () => s3Subject(server), { listsOpenUploads: server.kind !== 'minio' })
