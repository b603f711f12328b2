import {
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { normalizeKey, readableKey } from '@rindle/core/adapter'
import type { AzureStorageConfig } from './options.ts'

/** The container of one storage: its clients, and the place of its keys. */
export interface AzureContainer {
  readonly config: AzureStorageConfig
  readonly credential: StorageSharedKeyCredential
  readonly service: BlobServiceClient
  readonly client: ContainerClient
  /** Sends each request once, on a connection of its own: for bodies that cannot be sent again. */
  readonly onceClient: ContainerClient
}

// A service that closes an idle connection makes the request on it fail: the first repetition is quick.
const FIRST_RETRY_MS = 50
const LAST_RETRY_MS = 2_000

/** Makes the clients; does no I/O. Idle connections keep no process alive. */
export function azureContainer(config: AzureStorageConfig): AzureContainer {
  const { account, accountKey, endpoint, container, maxAttempts } = config
  const credential = new StorageSharedKeyCredential(account, accountKey)
  const retries = { retryDelayInMs: FIRST_RETRY_MS, maxRetryDelayInMs: LAST_RETRY_MS }
  const service = new BlobServiceClient(endpoint, credential, { retryOptions: { ...retries, maxTries: maxAttempts } })
  const once = new BlobServiceClient(endpoint, credential, {
    retryOptions: { ...retries, maxTries: 1 },
    keepAliveOptions: { enable: false },
  })
  return {
    config,
    credential,
    service,
    client: service.getContainerClient(container),
    onceClient: once.getContainerClient(container),
  }
}

/** The name of a key's blob in the container. Throws `storage_key_invalid` for an invalid key. */
export function nameOf({ config }: AzureContainer, key: string): string {
  return config.prefix + normalizeKey(key)
}

/** The name of a blob that is to be read or deleted, whoever put it there. Throws `storage_key_invalid`. */
export function anyNameOf({ config }: AzureContainer, key: string): string {
  return config.prefix + readableKey(key)
}

/** The blob of a key. Throws `storage_key_invalid` for an invalid key. */
export function blobOf(container: AzureContainer, key: string): BlockBlobClient {
  return container.client.getBlockBlobClient(nameOf(container, key))
}

/** A blob that is to be read or deleted, whoever put it there. Throws `storage_key_invalid`. */
export function anyBlobOf(container: AzureContainer, key: string): BlockBlobClient {
  return container.client.getBlockBlobClient(anyNameOf(container, key))
}

/** A name as the path of a URL. */
export function encodedName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}
