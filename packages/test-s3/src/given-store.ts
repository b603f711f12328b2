import { bucketsOf } from './buckets.ts'
import type { OwnS3Server } from './s3-server.ts'

/**
 * The store that the environment names, or `undefined`: `RINDLE_TEST_S3_ENDPOINT`, `RINDLE_TEST_S3_ACCESS_KEY_ID`,
 * `RINDLE_TEST_S3_SECRET_ACCESS_KEY`, and `RINDLE_TEST_S3_REGION` unless it is `us-east-1`. Its user must be allowed
 * to create and remove buckets.
 */
export function givenStore(env: NodeJS.ProcessEnv): OwnS3Server | undefined {
  const endpoint = env.RINDLE_TEST_S3_ENDPOINT
  if (!endpoint) return undefined
  const access = {
    endpoint,
    region: env.RINDLE_TEST_S3_REGION ?? 'us-east-1',
    accessKeyId: required(env, 'RINDLE_TEST_S3_ACCESS_KEY_ID'),
    secretAccessKey: required(env, 'RINDLE_TEST_S3_SECRET_ACCESS_KEY'),
  }
  const buckets = bucketsOf(access)
  const refuse = async (): Promise<never> => {
    throw new Error('The store of RINDLE_TEST_S3_ENDPOINT was not started here and is not stopped here.')
  }
  return {
    kind: 'given',
    signedChecksum: 'x-amz-checksum-sha256',
    ...access,
    createBucket: () => buckets.create(),
    kill: refuse,
    restart: refuse,
    stop: () => buckets.removeAll(),
  }
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (!value) throw new Error(`RINDLE_TEST_S3_ENDPOINT also needs ${name}.`)
  return value
}
