import { expect, it } from 'vitest'
import { RindleClientError } from '../src/client-error.ts'

it.each([
  ['scanner_rejected:clamav', 'The file did not pass a security check.'],
  ['extension_mime_mismatch', 'The type of the file does not match its name.'],
  ['a_reason_of_a_later_version', 'The file was not accepted.'],
  [undefined, 'The file was not accepted.'],
])('tells the user in a sentence why a file was refused: %s', (reason, message) => {
  expect(new RindleClientError('upload_rejected', { reason }).message).toBe(message)
})
