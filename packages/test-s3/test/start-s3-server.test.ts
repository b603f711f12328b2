import { cephMissing, startS3Server } from '@rindle/test-s3'
import { expect, test } from 'vitest'

test('a server makes buckets, and makes more after it was killed and started again', async () => {
  const server = await startS3Server()
  try {
    const first = await server.createBucket()
    expect(await server.createBucket()).not.toBe(first)
    if (server.kind === 'given') return
    await server.kill()
    await expect(fetch(server.endpoint)).rejects.toThrow('fetch failed')
    await server.restart()
    await server.createBucket()
  } finally {
    await server.stop()
  }
})

void cephMissing
