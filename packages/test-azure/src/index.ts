export type { AzureServer } from './azure-server.ts'
export { useAzureServer } from './use-azure-server.ts'
