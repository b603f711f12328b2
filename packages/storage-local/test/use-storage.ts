import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { StorageAdapter, StoredObject } from '@rindle/core'
import type { LocalStorageOptions } from '@rindle/storage-local'
import { onTestFinished } from 'vitest'
import { localSubject } from './local-subject.ts'

/** A started storage that the running test owns. */
export async function useStorage(
  options?: Partial<LocalStorageOptions>,
): Promise<{ readonly storage: StorageAdapter; readonly directory: string }> {
  const { adapter, directory, cleanup } = await localSubject(options)
  onTestFinished(cleanup)
  await adapter.start()
  return { storage: adapter, directory }
}

export function putText(storage: StorageAdapter, key: string, content: string): Promise<StoredObject> {
  return storage.put(key, Readable.from([content]), { contentType: 'text/plain' })
}

export async function getText(storage: StorageAdapter, key: string): Promise<string> {
  return text((await storage.get(key)).body)
}

export async function keysOf(storage: StorageAdapter, prefix: string): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}

/** All files and directories below a directory, in order, except the storage's own. */
export async function treeOf(directory: string): Promise<readonly string[]> {
  return (await wholeTreeOf(directory)).filter((path) => !/(^|\/)\.rindle(\/|$|-\w+\.sha256$)/.test(path))
}

/** All files and directories below a directory, in order. */
export async function wholeTreeOf(directory: string): Promise<readonly string[]> {
  return (await readdir(directory, { recursive: true })).toSorted()
}
