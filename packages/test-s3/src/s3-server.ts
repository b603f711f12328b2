/** A real S3 server that a test may use, and its access. */
export interface S3Server {
  /** `given`: the store that `RINDLE_TEST_S3_ENDPOINT` names, which no test may kill. */
  readonly kind: 'given' | 'minio' | 'ceph'
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The header whose SHA-256 this server compares with the body of a signed upload. */
  readonly signedChecksum: 'x-amz-checksum-sha256' | 'x-amz-content-sha256'
  /** Makes an empty bucket with a unique name. */
  createBucket(): Promise<string>
  /** Ends its use: removes the buckets of a given store; a server of the run ends with the run. Safe to repeat. */
  stop(): Promise<void>
}

/** A server that one test started for itself, and may therefore kill. */
export interface OwnS3Server extends S3Server {
  /** SIGKILL to the process that answers requests; resolves when it is gone. Rejects for a given store. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port and with the same objects. Rejects for a given store. */
  restart(): Promise<void>
  /** Ends the server and removes its data or, for a given store, the buckets made here. Safe to repeat. */
  stop(): Promise<void>
}
