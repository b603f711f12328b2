import type { StorageAdapter } from '@rindle/core'
import { expect, it } from 'vitest'
import { adapterNameOf, storageOf } from '../../src/kernel/runtime.ts'
import { withinTransaction } from '../../src/kernel/transaction-scope.ts'

const runtime = { storages: { main: { name: 'fake' } as StorageAdapter } }

it('no storage can be reached within a transaction, at any depth', async () => {
  await withinTransaction(async () => {
    await Promise.resolve()
    expect(() => storageOf(runtime, 'main')).toThrow('must not be called within a database transaction')
    expect(adapterNameOf(runtime, 'main')).toBe('fake')
  })
  expect(storageOf(runtime, 'main')).toBe(runtime.storages.main)
})

it('a concurrent transaction does not block other calls', async () => {
  const gate = Promise.withResolvers<void>()
  const transaction = withinTransaction(() => gate.promise)
  expect(storageOf(runtime, 'main').name).toBe('fake')
  gate.resolve()
  await transaction
})
