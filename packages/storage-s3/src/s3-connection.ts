import { createHash } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import type { S3StorageConfig } from './options.ts'

/** The clients of one storage. They are made at their first use and hold connections open until `close`. */
export interface S3Connection {
  /** Sends requests. */
  readonly client: S3Client
  /** Signs requests for others, to the endpoint that those reach. Sends none. */
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
      signer ??= makeClient({ ...config, endpoint: config.publicEndpoint ?? config.endpoint })
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
  addContentMd5(client)
  return client
}

function makeClient(config: S3StorageConfig): S3Client {
  const { endpoint, credentials } = config
  return new S3Client({
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    maxAttempts: config.maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    // What the SDK adds by itself is refused by stores other than AWS, would put the checksum of no bytes into signed
    // URLs, and on reading wraps the body so that the connection outlives it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Each request that asks first would take a connection of its own.
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: config.connectTimeoutMs, socketTimeout: config.idleTimeoutMs },
  })
}

/** Older stores demand the MD5 of a list of keys to delete; the SDK sends a CRC-32 alone. */
function addContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as { readonly headers: Record<string, string>; readonly body?: unknown }
      if (context.commandName === 'DeleteObjectsCommand' && typeof request.body === 'string') {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64')
      }
      return next(args)
    },
    { step: 'build', name: 'rindleContentMd5', priority: 'low' },
  )
}
