import { ask } from '@rindle/test-database/on-demand'
import { inject } from 'vitest'
import { bucketsOf } from './buckets.ts'
import { givenStore } from './given-store.ts'
import type { S3Server } from './s3-server.ts'
import type { S3ServerOptions } from './start-s3-server.ts'

/** The access to a server of the run. */
export type SharedServer = Omit<S3Server, 'createBucket' | 'stop'>

declare module 'vitest' {
  interface ProvidedContext {
    /** The address where the global setup offers the servers. */
    rindleTestS3: Readonly<Record<'minio' | 'ceph', string>>
  }
}

/**
 * The S3 server of this test run, which starts when the first test asks for it; buckets keep the tests apart. It cannot
 * be killed: a test that needs that starts its own server, with `startS3Server`.
 */
export async function useS3Server({ kind = 'minio' }: S3ServerOptions = {}): Promise<S3Server> {
  const given = kind === 'minio' ? givenStore(process.env) : undefined
  if (given !== undefined) return given
  const server = await ask<SharedServer>(inject('rindleTestS3')[kind])
  const buckets = bucketsOf(server)
  return { ...server, createBucket: () => buckets.create(), stop: async () => {} }
}
