import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isRindleError, type RindleError } from '@rindle/core'
import { type LocalStorageOptions, localStorage } from '@rindle/storage-local'
import { describe, expect, test } from 'vitest'
import { OPTIONS, SIGNING_KEY } from './local-subject.ts'

const directory = join(import.meta.dirname, 'never-made')

describe('the options of localStorage', () => {
  test('are taken without any I/O', () => {
    localStorage({ ...OPTIONS, directory })
    expect(existsSync(directory)).toBe(false)
  })

  test('are refused with every problem at once, each with its path', () => {
    const { details } = refusal({
      directory: '',
      baseUrl: '//cdn.example',
      publicBaseUrl: 'https://cdn.example/?token=1',
      signingKeys: [SIGNING_KEY, 'too short'],
      fileMode: 0o400,
      directoryMode: 0o1777,
      fsync: 'yes',
      path: '/srv/media',
    })
    expect((details.problems as { path: string }[]).map(({ path }) => path).toSorted()).toEqual([
      'baseUrl',
      'directory',
      'directoryMode',
      'fileMode',
      'fsync',
      'path',
      'publicBaseUrl',
      'signingKeys.1',
    ])
  })

  test.each([
    ['neither signingKey nor signingKeys', {}],
    ['both', { signingKey: SIGNING_KEY, signingKeys: [SIGNING_KEY] }],
    ['a list of none', { signingKeys: [] }],
  ])('are refused with %s', (_what, keys) => {
    const error = refusal({ directory, baseUrl: OPTIONS.baseUrl, ...keys })
    expect(error.message).toContain('signingKeys')
  })

  test('are refused when they are none', () => {
    expect(refusal(undefined).message).toContain('(options):')
  })

  test('are refused without showing a secret', () => {
    const error = refusal({ ...OPTIONS, directory, signingKey: 'hunter2', signingKeys: ['hunter2', SIGNING_KEY] })
    expect(JSON.stringify(error) + error.stack).not.toMatch(/hunter2|a signing key for tests/)
  })

  test.each(['ftp://app.example', 'rindle', '//app.example/rindle', '/rindle?token=1', 'https://app.example/#files'])(
    'are refused with the base URL %s',
    (baseUrl) => {
      expect(refusal({ ...OPTIONS, directory, baseUrl }).message).toContain('a path such as /rindle')
    },
  )

  test('make paths of a path, for pages of the same origin', async () => {
    const storage = localStorage({ ...OPTIONS, directory, baseUrl: '/rindle/' })
    const expiresAt = new Date()
    const requests = [
      await storage.signGet('a.txt', { expiresAt }),
      await storage.signPut('a.txt', { contentType: 'text/plain', byteSize: 1, expiresAt }),
    ]
    for (const { url } of requests) expect(url).toMatch(/^\/rindle\/files\/[^/]+$/)
  })

  test('decide whether there are public URLs', () => {
    const { publicBaseUrl: _none, ...secret } = OPTIONS
    const isPublic = localStorage({ ...OPTIONS, directory })
    const isSecret = localStorage({ ...secret, directory })
    expect(isPublic.publicUrl('album/photo.jpg')).toBe('https://cdn.example/media/album/photo.jpg')
    expect(isSecret.capabilities.has('public_url')).toBe(false)
    expect(() => isSecret.publicUrl('album/photo.jpg')).toThrow(
      expect.objectContaining({
        code: 'capability_unsupported',
        details: { capability: 'public_url', adapter: 'local', flow: 'delivery' },
      }),
    )
  })
})

function refusal(options: unknown): RindleError {
  try {
    localStorage(options as LocalStorageOptions)
  } catch (error) {
    if (isRindleError(error, 'config_invalid')) return error
    throw error
  }
  throw new Error('The options were accepted.')
}
