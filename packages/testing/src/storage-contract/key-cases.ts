import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StorageAdapter, StorageCapability } from '@rindle/core'
import { bodyOf, patternBytes, putBytes } from './bodies.ts'
import type { StorageContractCase } from './contract-case.ts'
import { rejectsWith } from './expectations.ts'

const HOSTILE_KEYS: readonly string[] = [
  '',
  '/',
  '/etc/passwd',
  '.',
  '..',
  '../outside.txt',
  'a/../../outside.txt',
  'a/../b.txt',
  'a/./b.txt',
  'a//b.txt',
  'a/',
  'a\\b.txt',
  '..\\outside.txt',
  'C:\\outside.txt',
  'a\0.txt',
  'a\n.txt',
  'a/.hidden',
  '%2e%2e/outside.txt',
  'a'.repeat(1025),
]
const EXPIRES_AT = new Date('2999-01-01T00:00:00Z')
const GOOD_KEY = 'good.txt'

interface KeyedCall {
  readonly method: string
  readonly needs?: StorageCapability
  readonly call: (adapter: StorageAdapter, key: string) => unknown
}

const CALLS: readonly KeyedCall[] = [
  { method: 'put', call: (adapter, key) => adapter.put(key, bodyOf(patternBytes(9)), { contentType: 'text/plain' }) },
  { method: 'get', call: (adapter, key) => adapter.get(key) },
  { method: 'download', call: (adapter, key) => adapter.download(key, join(tmpdir(), 'rindle-never')) },
  { method: 'head', needs: 'head', call: (adapter, key) => adapter.head(key) },
  { method: 'delete', call: (adapter, key) => adapter.delete(key) },
  { method: 'copy (from)', needs: 'server_side_copy', call: (adapter, key) => adapter.copy(key, 'other.txt') },
  { method: 'copy (to)', needs: 'server_side_copy', call: (adapter, key) => adapter.copy(GOOD_KEY, key) },
  { method: 'publicUrl', needs: 'public_url', call: (adapter, key) => adapter.publicUrl(key) },
  { method: 'signGet', needs: 'signed_url', call: (adapter, key) => adapter.signGet(key, { expiresAt: EXPIRES_AT }) },
  {
    method: 'signPut',
    needs: 'presigned_put',
    call: (adapter, key) => adapter.signPut(key, { expiresAt: EXPIRES_AT, contentType: 'text/plain' }),
  },
  {
    method: 'multipart.create',
    needs: 'multipart_upload',
    call: (adapter, key) => adapter.multipart.create(key, { contentType: 'text/plain' }),
  },
  {
    method: 'resumable.begin',
    needs: 'resumable_upload',
    call: (adapter, key) => adapter.resumable.begin(key, { contentType: 'text/plain', maxBytes: 9 }),
  },
  { method: 'localPath', needs: 'local', call: (adapter, key) => adapter.localPath(key) },
]

/** Hostile keys, which every method must refuse. */
export const keyCases: readonly StorageContractCase[] = CALLS.map(({ method, needs, call }) => ({
  name: `refuses hostile keys in ${method}`,
  ...(needs === undefined ? {} : { needs }),
  run: async ({ adapter }) => {
    await putBytes(adapter, GOOD_KEY, patternBytes(9))
    for (const key of HOSTILE_KEYS) await rejectsWith('storage_key_invalid', () => call(adapter, key))
  },
}))
