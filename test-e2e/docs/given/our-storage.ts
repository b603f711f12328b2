import type { StorageAdapter } from '@rindle/core'
import { memoryStorage } from '@rindle/testing'

// The reader's own adapter.
export function ourStorage(_options: { readonly bucket: string; readonly prefix: string }): StorageAdapter {
  return memoryStorage()
}
