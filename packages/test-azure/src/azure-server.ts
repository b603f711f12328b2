/** A server of Azure Blob Storage that a test may use, and its access. */
export interface AzureServer {
  /** With the account as its path. */
  readonly endpoint: string
  readonly account: string
  readonly accountKey: string
  /** Makes an empty container with a unique name. */
  createContainer(): Promise<string>
}
