import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Client } from 'minio'
import { cpuMeter } from '../cpu-meter.ts'
import { serveSide } from '../serve-side.ts'
import { CONCURRENCY, type MovedFile, type MoveSetup } from './setup.ts'

// MinIO's own client: hashes each file and puts it, so many at once. It checks nothing, and remembers nothing.
serveSide(async (given) => {
  const { directory, bucket, s3, objects } = given as MoveSetup
  const { hostname, port } = new URL(s3.endpoint)
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: s3.accessKeyId,
    secretKey: s3.secretAccessKey,
  })
  const copy = async ({ key }: MovedFile): Promise<void> => {
    const path = join(directory, 'storage', key)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    await client.fPutObject(bucket, `floor/${key}`, path, { 'x-amz-meta-sha256': hash.digest('hex') })
  }
  return {
    round: async () => {
      const cpuMs = cpuMeter()
      const begin = performance.now()
      const files = objects.values()
      const work = async (): Promise<void> => {
        for (const file of files) await copy(file)
      }
      await Promise.all(Array.from({ length: CONCURRENCY }, work))
      return { cpuMs: [cpuMs()], ms: [performance.now() - begin] }
    },
    stop: async () => {},
  }
})
