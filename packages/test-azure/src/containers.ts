import { randomBytes } from 'node:crypto'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import type { AzureServer } from './azure-server.ts'

/** The access to a server. */
export type AzureAccess = Omit<AzureServer, 'createContainer'>

/** Makes an empty container with a unique name. */
export async function createContainer({ endpoint, account, accountKey }: AzureAccess): Promise<string> {
  const service = new BlobServiceClient(endpoint, new StorageSharedKeyCredential(account, accountKey))
  const name = `rindle-test-${randomBytes(8).toString('hex')}`
  await service.createContainer(name)
  return name
}
