import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { assertServing } from './assert-serving.ts'
import { bucketsOf } from './buckets.ts'
import { freePort } from './free-port.ts'
import { minioBinary } from './minio-binary.ts'
import type { OwnS3Server } from './s3-server.ts'
import { type ServerProgram, supervise } from './supervise.ts'

/** Starts a MinIO on 127.0.0.1 with its own data. It can encrypt: it has a key for SSE-S3 and SSE-KMS. */
export async function startMinio(): Promise<OwnS3Server> {
  const command = await minioBinary()
  const address = `127.0.0.1:${await freePort()}`
  const server = {
    endpoint: `http://${address}`,
    region: 'us-east-1',
    accessKeyId: 'rindle-test',
    secretAccessKey: randomBytes(16).toString('hex'),
  }
  const buckets = bucketsOf(server)
  const supervised = await supervise()
  // Made once: with another key, a server that starts again cannot read its settings, and takes those it has by itself.
  const program = programOf(command, supervised.directory, address, server)
  const start = (): Promise<void> => supervised.start('minio', program, () => assertServing(server.endpoint))
  try {
    await start()
  } catch (error) {
    await supervised.stop()
    throw error
  }
  return {
    kind: 'minio',
    signedChecksum: 'x-amz-checksum-sha256',
    ...server,
    createBucket: () => buckets.create(),
    kill: () => supervised.kill('minio'),
    restart: start,
    stop: () => supervised.stop(),
  }
}

function programOf(
  command: string,
  directory: string,
  address: string,
  { accessKeyId, secretAccessKey }: { readonly accessKeyId: string; readonly secretAccessKey: string },
): ServerProgram {
  return {
    command,
    args: ['server', '--quiet', '--address', address, '--certs-dir', join(directory, 'certs'), join(directory, 'data')],
    env: {
      HOME: directory,
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_KMS_SECRET_KEY: `rindle-test-key:${randomBytes(32).toString('base64')}`,
      MINIO_BROWSER: 'off',
      // Otherwise it asks the network for a newer version.
      MINIO_UPDATE: 'off',
    },
  }
}
