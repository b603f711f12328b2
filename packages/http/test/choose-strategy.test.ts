import type { AskedStrategy } from '@rindle/client'
import type { StorageCapability } from '@rindle/core'
import { expect, it } from 'vitest'
import { chooseStrategy } from '../src/choose-strategy.ts'

const MEBIBYTE = 1024 * 1024
const put: StorageCapability[] = ['presigned_put']
const both: StorageCapability[] = ['presigned_put', 'multipart_upload']

it.each<[AskedStrategy, number, StorageCapability[], string]>([
  ['auto', 0, both, 'presigned_put'],
  ['auto', 16 * MEBIBYTE, both, 'presigned_put'],
  ['auto', 16 * MEBIBYTE + 1, both, 'multipart'],
  ['auto', 1_000 * MEBIBYTE, put, 'presigned_put'],
  ['auto', 1, ['multipart_upload'], 'multipart'],
  // A requested strategy is not replaced by another: the storage then says that it cannot.
  ['multipart', 1, put, 'multipart'],
  ['presigned_put', 1_000 * MEBIBYTE, ['multipart_upload'], 'presigned_put'],
  ['resumable', 1, both, 'resumable'],
])('%s for %d bytes on a storage with %j is %s', (asked, byteSize, capabilities, strategy) => {
  expect(chooseStrategy(asked, byteSize, new Set(capabilities), false)).toBe(strategy)
})

it.each<[number, StorageCapability[], string]>([
  [16 * MEBIBYTE, ['presigned_put', 'tus_upload'], 'presigned_put'],
  [16 * MEBIBYTE + 1, ['presigned_put', 'tus_upload'], 'resumable'],
  [16 * MEBIBYTE + 1, ['presigned_put', 'multipart_upload', 'tus_upload'], 'multipart'],
  [16 * MEBIBYTE + 1, ['presigned_put'], 'presigned_put'],
])('where tus is served, auto for %d bytes on a storage with %j is %s', (byteSize, capabilities, strategy) => {
  expect(chooseStrategy('auto', byteSize, new Set(capabilities), true)).toBe(strategy)
})
