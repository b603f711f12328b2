import { cephMissing, useS3Server } from '@rindle/test-s3'
import { afterAll, test } from 'vitest'
import { everyServer } from './on-every-server/every-server.ts'

const missing = await cephMissing()

if (missing === undefined) {
  const server = await useS3Server({ kind: 'ceph' })
  afterAll(() => server.stop())
  everyServer(server)
} else {
  test('s3Storage on Ceph', (context) => context.skip(missing))
}
