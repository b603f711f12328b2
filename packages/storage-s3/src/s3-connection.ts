import { createHash } from 'node:crypto'
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import type { S3StorageConfig } from './options.ts'

/** The clients of one storage. They are created at their first use and hold connections open until `close`. */
export interface S3Connection {
  /** Sends requests. */
  readonly client: S3Client
  /** Signs requests for clients, to the endpoint that they reach. Sends none. */
  readonly signer: S3Client
  /** Ends all connections. The next use opens new ones. */
  close(): void
}

/** Makes the clients on demand; does no I/O. */
export function s3Connection(config: S3StorageConfig): S3Connection {
  let client: S3Client | undefined
  let signer: S3Client | undefined
  return {
    get client() {
      client ??= requestClient(config)
      return client
    },
    get signer() {
      signer ??= signingClient(config)
      return signer
    },
    close() {
      client?.destroy()
      signer?.destroy()
      client = undefined
      signer = undefined
    },
  }
}

function requestClient(config: S3StorageConfig): S3Client {
  const client = makeClient(config)
  // Older stores require the MD5 of a list of keys to delete; the SDK sends only a CRC-32.
  onBuild(client, 'rindleContentMd5', ['DeleteObjectsCommand'], ({ headers, body }) => {
    headers['content-md5'] = createHash('md5').update(String(body)).digest('base64')
  })
  repeatOvertakenWrites(client)
  signKnownHash(client)
  return client
}

/**
 * A body whose SHA-256 was declared has been compared with it: the signature takes that, and the SDK need not hash the
 * body once more.
 */
function signKnownHash(client: S3Client): void {
  onBuild(client, 'rindleKnownHash', ['PutObjectCommand'], ({ headers }) => {
    const checksum = headers['x-amz-checksum-sha256']
    if (checksum !== undefined) headers['x-amz-content-sha256'] = Buffer.from(checksum, 'base64').toString('hex')
  })
}

/**
 * MinIO removes the directories that a deletion leaves empty, and answers a write that needs one of them at that
 * instant with an access error. Such an answer is marked as retryable: bodies are in memory, and a write that is truly
 * forbidden is only refused again.
 */
function repeatOvertakenWrites(client: S3Client): void {
  const writes = ['PutObjectCommand', 'CopyObjectCommand', 'CompleteMultipartUploadCommand']
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        try {
          return await next(args)
        } catch (error) {
          const isOvertaken = writes.includes(commandName) && isRefusedByMinio(error)
          throw isOvertaken ? Object.assign(error, { $retryable: { throttling: false } }) : error
        }
      },
    // Inside the retries of the SDK, outside of the step that turns answers into errors.
    { step: 'deserialize', name: 'rindleOvertakenWrites', priority: 'high' },
  )
}

function isRefusedByMinio(error: unknown): error is S3ServiceException {
  if (!(error instanceof S3ServiceException) || error.name !== 'AccessDenied') return false
  const { headers } = error.$response ?? {}
  return headers?.['server'] === 'MinIO'
}

function signingClient(config: S3StorageConfig): S3Client {
  const client = makeClient({ ...config, endpoint: config.publicEndpoint ?? config.endpoint })
  onBuild(client, 'rindleUploadHeaders', ['PutObjectCommand', 'UploadPartCommand'], (request) => {
    Object.assign(request.headers, uploadHeaders(config))
  })
  return client
}

/**
 * The headers of every signed upload. A store that obeys unsigned headers turns an upload, to which its holder adds
 * `x-amz-copy-source`, into a copy of any object. These headers are signed and mean nothing to an upload, but no object
 * meets the condition (which MinIO checks), and the range is invalid (which Ceph checks).
 */
export function uploadHeaders({ unsignedHeaders }: S3StorageConfig): Readonly<Record<string, string>> {
  if (unsignedHeaders === 'refused') return {}
  return { 'x-amz-copy-source-if-match': '"never"', 'x-amz-copy-source-range': 'none' }
}

function makeClient(config: S3StorageConfig): S3Client {
  const { endpoint, credentials } = config
  return new S3Client({
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    maxAttempts: config.maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // Stores other than AWS refuse the checksums that the SDK adds by default. They would also put the checksum of an
    // empty body into signed URLs and, on reading, wrap the body so that the connection outlives it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Each request that asks first would take a connection of its own.
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: config.connectTimeoutMs, socketTimeout: config.idleTimeoutMs },
  })
}

interface BuiltRequest {
  readonly headers: Record<string, string>
  readonly body?: unknown
}

/** Changes the requests of some commands before they are signed. */
function onBuild(
  client: S3Client,
  name: string,
  commands: readonly string[],
  change: (request: BuiltRequest) => void,
): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        if (commands.includes(commandName)) change(args.request as BuiltRequest)
        return next(args)
      },
    { step: 'build', name, priority: 'low' },
  )
}
