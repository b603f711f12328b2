export { azureStorage } from './create-azure-storage.ts'
export type { AzureStorageOptions } from './options.ts'
