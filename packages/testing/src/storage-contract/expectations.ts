import assert from 'node:assert/strict'
import { type ErrorCode, isRindleError, type StorageAdapter } from '@rindle/core'
import type { ListedObject, ListOptions } from '@rindle/core/adapter'

/** Checks that `work` rejects, or throws, with that code. */
export async function rejectsWith(code: ErrorCode, work: () => unknown): Promise<void> {
  const error = await failureOf(work)
  if (isRindleError(error, code)) return
  throw new assert.AssertionError({ message: `The call failed, but not with ${code}.`, actual: error, expected: code })
}

/** The error with which `work` rejects, or that it throws. */
export async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return assert.fail('The call succeeded, but it must fail.')
}

/** An error, its cause, the cause of that, and so on. */
export function causesOf(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}

/** Checks that nothing can be read under a key. */
export async function isAbsent(adapter: StorageAdapter, key: string): Promise<void> {
  await rejectsWith('storage_object_missing', () => adapter.get(key))
  if (adapter.capabilities.has('head')) assert.equal(await adapter.head(key), undefined)
  if (adapter.capabilities.has('list')) assert.deepEqual(await listKeys(adapter, key), [])
}

/** Everything that a list yields. */
export function listAll(adapter: StorageAdapter, prefix: string, options?: ListOptions): Promise<ListedObject[]> {
  return collect(adapter.list(prefix, options))
}

/** The keys that a list yields. */
export async function listKeys(adapter: StorageAdapter, prefix: string, options?: ListOptions): Promise<string[]> {
  return (await listAll(adapter, prefix, options)).map(({ key }) => key)
}

/** Everything that an iterable yields. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of iterable) values.push(value)
  return values
}
