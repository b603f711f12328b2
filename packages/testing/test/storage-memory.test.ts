import { memoryStorage, storageContract } from '@rindle/testing'

storageContract(
  'memoryStorage',
  async () => {
    const adapter = memoryStorage()
    return { adapter, send: adapter.send, cleanup: async () => {} }
  },
  { holdsObjectsInMemory: true },
)
