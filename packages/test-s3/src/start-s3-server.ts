import { startCeph } from './ceph.ts'
import { givenStore } from './given-store.ts'
import { startMinio } from './minio.ts'
import type { OwnS3Server } from './s3-server.ts'

/** The kind of server that {@link startS3Server} starts. */
export interface S3ServerOptions {
  /**
   * `minio`: the store that `RINDLE_TEST_S3_ENDPOINT` names, else the `minio` on PATH, else the one from npm. `ceph`: a
   * cluster from the programs on PATH, which `cephMissing` looks for.
   * @default 'minio'
   */
  readonly kind?: 'minio' | 'ceph'
}

/**
 * Starts an empty S3 server on 127.0.0.1 and a free port. It ends with `stop`, at the latest with this process, and
 * leaves nothing behind.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<OwnS3Server> {
  if (options.kind === 'ceph') return startCeph()
  return givenStore(process.env) ?? startMinio()
}
