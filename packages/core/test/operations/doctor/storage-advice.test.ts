import { type ErrorCode, RindleError, type StorageCapability } from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { storageAdvice, Unexpected, unreachableAdvice } from '../../../src/operations/doctor/storage-advice.ts'

const local = { capabilities: new Set<StorageCapability>(['local']) }
const remote = { capabilities: new Set<StorageCapability>(['multipart_upload']) }
const OF_A_STORE = /bucket|credentials|endpoint/
const OF_A_DISK = /directory|baseUrl|signingKey/

describe('the advice on a storage', () => {
  const coded = (code: ErrorCode): RindleError => new RindleError(code, 'It failed.')

  it.each<readonly [what: string, error: Error]>([
    ['a refused signed request', new Unexpected('the GET', 403)],
    ['a signed request that leads nowhere', new Unexpected('the GET', 404)],
    ['a missing permission', coded('storage_denied')],
    ['an unavailable storage', coded('storage_unavailable')],
    ['a full disk', coded('insufficient_disk')],
    ['anything else', new Error('the bytes that were read differ from those that were put')],
  ])('fits the kind of storage: %s', (_what, error) => {
    expect(storageAdvice(error, local)).toMatch(OF_A_DISK)
    expect(storageAdvice(error, local)).not.toMatch(OF_A_STORE)
    expect(storageAdvice(error, remote)).not.toMatch(OF_A_DISK)
  })

  it('fits the kind of storage when no server answers', () => {
    expect(unreachableAdvice(local)).toMatch(OF_A_DISK)
    expect(unreachableAdvice(remote)).toMatch(OF_A_STORE)
  })
})
