import { expect, test } from 'vitest'
import { lifecycleFinding } from '../src/diagnose.ts'

const expires = { Status: 'Enabled', Expiration: { Days: 7 } }
const aborts = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }
const ENDS = 'abandoned objects below media/staging/ expire, and multipart uploads there end'

test.each<[string, Parameters<typeof lifecycleFinding>[0], status: string, summary: string]>([
  ['its own prefix', [{ ...expires, ...aborts, Filter: { Prefix: 'media/staging/' } }], 'ok', ENDS],
  ['the whole bucket', [{ ...expires, ...aborts, Filter: {} }], 'ok', ENDS],
  ['a shorter prefix, in the older form', [{ ...expires, ...aborts, Prefix: 'media/' }], 'ok', ENDS],
  ['two rules, one for each', [expires, { Status: 'Enabled', ...aborts }], 'ok', ENDS],
  [
    'objects alone',
    [expires],
    'ok',
    'abandoned objects below media/staging/ expire, no rule aborts multipart uploads there',
  ],
  ['nothing', [], 'warn', 'no lifecycle rule deletes old objects below media/staging/'],
  [
    'uploads alone',
    [{ Status: 'Enabled', ...aborts }],
    'warn',
    'no lifecycle rule deletes old objects below media/staging/',
  ],
  [
    'a rule that is off',
    [{ ...expires, Status: 'Disabled' }],
    'warn',
    'no lifecycle rule deletes old objects below media/staging/',
  ],
  [
    'another prefix',
    [{ ...expires, Filter: { Prefix: 'staging/' } }],
    'warn',
    'no lifecycle rule deletes old objects below media/staging/',
  ],
  [
    'objects with a tag',
    [{ ...expires, Filter: { Tag: { Key: 'a', Value: 'b' } } }],
    'warn',
    'no lifecycle rule deletes old objects below media/staging/',
  ],
  [
    'a store that does not say',
    new Error('S3 storage: refused.'),
    'warn',
    'the lifecycle rules of the bucket cannot be read: S3 storage: refused',
  ],
])('a bucket with rules for %s', (_what, rules, status, summary) => {
  expect(lifecycleFinding(rules, 'media/staging/')).toMatchObject({ id: 'storage.lifecycle', status, summary })
})
