import { startS3Server } from '@rindle/test-s3'
import { storageContract } from '@rindle/testing'
import { afterAll } from 'vitest'
import { s3Subject } from './s3-subject.ts'

const server = await startS3Server({ kind: 'ceph' })
afterAll(() => server.stop())

storageContract('s3Storage', () => s3Subject(server))
