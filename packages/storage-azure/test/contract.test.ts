import { useAzureServer } from '@rindle/test-azure'
import { storageContract } from '@rindle/testing'
import { test } from 'vitest'
import { azureSubject } from './azure-subject.ts'
import { fullLane } from './full-lane.ts'

if (fullLane === undefined) {
  const server = await useAzureServer()
  storageContract('azureStorage', () => azureSubject(server, { publicBaseUrl: 'https://media.example' }), {
    // The service numbers the versions of a blob: the same bytes, put again, are another version.
    etagsFollowBytes: false,
  })
} else {
  test('azureStorage keeps the storage contract', (context) => context.skip(fullLane))
}
