import { expect, test } from 'vitest'
import { spaceFinding } from '../src/diagnose.ts'

test.each([
  [1024 ** 3, 'ok', '1.0 GiB are free on the disk of the objects'],
  [1024 ** 3 - 1, 'warn', '1.0 GiB are free on the disk of the objects'],
  [0, 'warn', '0.0 GiB are free on the disk of the objects'],
])('%i bytes of free space: %s', (freeBytes, status, summary) => {
  expect(spaceFinding(freeBytes)).toMatchObject({ id: 'storage.space', status, summary })
})
