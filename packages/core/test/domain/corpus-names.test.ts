import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isRindleError } from '../../src/domain/errors.ts'
import { MAX_FILENAME_BYTES, sanitizeFilename } from '../../src/domain/filename.ts'
import { normalizeKey } from '../../src/domain/keys.ts'

const corpus = process.env['RINDLE_CORPUS'] ?? ''

if (corpus === '') console.info('Skipped: the lists of nasty names, because RINDLE_CORPUS names no corpus.')

describe.skipIf(corpus === '')('the nasty names of the corpus', () => {
  const directory = join(corpus, 'hostile', 'names')
  const lists = corpus === '' ? [] : readdirSync(directory).filter((file) => file.endsWith('.txt'))

  it.each(lists)('of %s become safe filenames and never traverse in keys', (list) => {
    const names = readFileSync(join(directory, list), 'utf8').split(/\r?\n/)
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      for (const variant of [name, decoded(name), `a/${name}`, name.replaceAll('{FILE}', 'etc/passwd')]) {
        expectSafeFilename(variant)
        expectSafeKey(variant)
      }
    }
  })
})

function expectSafeFilename(name: string): void {
  const safe = sanitizeFilename(name)
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(MAX_FILENAME_BYTES)
  expect(safe).not.toMatch(/[\p{Cc}\p{Surrogate}<>:"|?*/\\\u202A-\u202E\u2066-\u2069]|^[. ]|[. ]$|^$/u)
  expect(sanitizeFilename(safe)).toBe(safe)
}

function expectSafeKey(key: string): void {
  try {
    expect(normalizeKey(key)).toMatch(/^[a-z0-9_-][a-z0-9_./-]*$/)
    expect(key).not.toContain('..')
  } catch (error) {
    if (!isRindleError(error, 'storage_key_invalid')) throw error
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    // Not every list is percent-encoded UTF-8; such names are tried unchanged.
    return name
  }
}
