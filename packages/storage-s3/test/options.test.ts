import { isRindleError, type RindleError } from '@rindle/core'
import { type S3StorageOptions, s3Storage } from '@rindle/storage-s3'
import { describe, expect, test } from 'vitest'
import { parseOptions } from '../src/options.ts'

const SECRET = 'a-secret-access-key'
const OPTIONS: S3StorageOptions = {
  bucket: 'media',
  region: 'eu-central-1',
  credentials: { accessKeyId: 'someone', secretAccessKey: SECRET },
}

describe('the options of s3Storage', () => {
  test('are few, and the rest has the documented defaults', () => {
    expect(parseOptions({ bucket: 'media', region: 'auto' })).toEqual({
      bucket: 'media',
      region: 'auto',
      forcePathStyle: false,
      prefix: '',
      connectTimeoutMs: 5000,
      idleTimeoutMs: 60_000,
      maxAttempts: 3,
      checksums: 'when_required',
      signedChecksum: 'x-amz-checksum-sha256',
      unsignedHeaders: 'refused',
      partBytes: 5 * 1024 * 1024,
      maxCopyBytes: 1024 * 1024 * 1024,
    })
    expect(parseOptions({ ...OPTIONS, endpoint: 'http://127.0.0.1:9000/' })).toMatchObject({
      endpoint: 'http://127.0.0.1:9000',
      forcePathStyle: true,
      unsignedHeaders: 'accepted',
    })
  })

  test('are refused with every problem at once, each with its path', () => {
    const { details, message } = refusal({
      bucket: 'Not/A/Bucket',
      region: '',
      endpoint: 's3.example',
      forcePathStyle: 'yes',
      credentials: { accessKeyId: 'someone' },
      prefix: '../outside',
      publicEndpoint: 'https://user:password@s3.example',
      publicBaseUrl: 'https://cdn.example/?token=1',
      serverSideEncryption: 'rot13',
      kmsKeyId: 'key',
      storageClass: 'cheap one',
      connectTimeoutMs: 0,
      idleTimeoutMs: 1.5,
      maxAttempts: 0,
      checksums: 'always',
      signedChecksum: 'content-md5',
      unsignedHeaders: 'maybe',
      partBytes: 1024,
      maxCopyBytes: 6 * 1024 ** 3,
      acl: 'public-read',
    })
    const paths = (details.problems as { path: string }[]).map(({ path }) => path)
    expect(paths.toSorted()).toEqual([
      'acl',
      'bucket',
      'checksums',
      'connectTimeoutMs',
      'credentials',
      'endpoint',
      'forcePathStyle',
      'idleTimeoutMs',
      'kmsKeyId',
      'maxAttempts',
      'maxCopyBytes',
      'partBytes',
      'prefix',
      'publicBaseUrl',
      'publicEndpoint',
      'region',
      'serverSideEncryption',
      'signedChecksum',
      'storageClass',
      'unsignedHeaders',
    ])
    for (const path of paths) expect(message).toContain(`  ${path}: `)
  })

  test('are refused without showing a secret', () => {
    const error = refusal({ ...OPTIONS, bucket: '', endpoint: `https://someone:${SECRET}@s3.example`, secret: SECRET })
    expect(JSON.stringify(error) + error.stack).not.toContain(SECRET)
  })

  test('are refused when they are none', () => {
    expect(refusal(undefined).message).toContain('(options):')
  })

  test('may hold credentials that the SDK has written into', () => {
    const credentials = { accessKeyId: 'someone', secretAccessKey: SECRET, $source: { CREDENTIALS_CODE: 'e' } }
    expect(parseOptions({ ...OPTIONS, credentials }).credentials).toEqual(OPTIONS.credentials)
  })

  test.each(['aws:kms', 'aws:kms:dsse'] as const)(
    'may name a key for %s, and for no other encryption',
    (encryption) => {
      const keyed = { ...OPTIONS, kmsKeyId: 'key' }
      expect(parseOptions({ ...keyed, serverSideEncryption: encryption })).toMatchObject({ kmsKeyId: 'key' })
      expect(refusal({ ...keyed, serverSideEncryption: 'AES256' }).message).toContain('kmsKeyId: needs')
      expect(refusal(keyed).message).toContain('kmsKeyId: needs')
    },
  )

  test.each(['media', 'media/', 'a/b/c', 'Tenant_1/v1.2'])(
    'take %j as a prefix, with one slash behind it',
    (prefix) => {
      expect(parseOptions({ ...OPTIONS, prefix }).prefix).toBe(`${prefix.replace(/\/$/, '')}/`)
    },
  )

  test.each(['/media', 'a//b', 'a/../b', './a', 'a/.hidden', 'a b', 'a?b', '', 'x'.repeat(121)])(
    'do not take %j as a prefix',
    (prefix) => {
      expect(refusal({ ...OPTIONS, prefix }).message).toContain('prefix')
    },
  )
})

describe('a public URL', () => {
  test('is under publicBaseUrl, with the prefix', () => {
    const storage = s3Storage({ ...OPTIONS, publicBaseUrl: 'https://cdn.example/files/', prefix: 'media' })
    expect(storage.capabilities.has('public_url')).toBe(true)
    expect(storage.publicUrl('album/photo.jpg')).toBe('https://cdn.example/files/media/album/photo.jpg')
  })

  test('does not exist without publicBaseUrl', () => {
    const storage = s3Storage(OPTIONS)
    expect(storage.capabilities.has('public_url')).toBe(false)
    expect(() => storage.publicUrl('album/photo.jpg')).toThrow(
      expect.objectContaining({
        code: 'capability_unsupported',
        details: { capability: 'public_url', adapter: 's3', flow: 'delivery' },
      }),
    )
  })
})

function refusal(options: unknown): RindleError {
  try {
    s3Storage(options as S3StorageOptions)
  } catch (error) {
    if (isRindleError(error, 'config_invalid')) return error
    throw error
  }
  throw new Error('The options were accepted.')
}
