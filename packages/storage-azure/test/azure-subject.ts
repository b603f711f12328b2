import type { StorageAdapter } from '@rindle/core'
import { type AzureStorageOptions, azureStorage } from '@rindle/storage-azure'
import type { AzureServer } from '@rindle/test-azure'
import type { DisposableStorageSubject } from '@rindle/testing'

/** Options of a storage in a container of a server. */
export function azureOptionsOf(server: AzureServer, container: string): AzureStorageOptions {
  const { endpoint, account, accountKey } = server
  return { container, endpoint, account, accountKey }
}

/** A storage in a new container of a server. */
export async function azureStorageOn(
  server: AzureServer,
  options: Partial<AzureStorageOptions> = {},
): Promise<StorageAdapter> {
  return azureStorage({ ...azureOptionsOf(server, await server.createContainer()), ...options })
}

/** A storage in a new container of a server, and `fetch` to send its signed requests. */
export async function azureSubject(
  server: AzureServer,
  options: Partial<AzureStorageOptions> = {},
): Promise<DisposableStorageSubject> {
  return {
    adapter: await azureStorageOn(server, options),
    send: ({ url, method, headers }, body) => fetch(url, { method, headers, ...(body === undefined ? {} : { body }) }),
    cleanup: async () => {},
  }
}
