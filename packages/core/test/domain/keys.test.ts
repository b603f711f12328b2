import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRindleError } from '../../src/domain/errors.ts'
import {
  assetIdIn,
  assetPrefix,
  companionKey,
  freshKey,
  isManagedKey,
  isProfileName,
  isReservedKey,
  isStagingKey,
  MAX_KEY_BYTES,
  NAME_PATTERN,
  normalizeKey,
  originalKey,
  readableKey,
  STAGING_PREFIX,
  stagingKey,
  trackKey,
  variantKey,
} from '../../src/domain/keys.ts'

const ASSET_ID = '0190f3a1-7c00-7000-8000-000000000001'
const DIGEST = '0123456789abcdef'.repeat(4)

const profileName = fc.stringMatching(/^[a-z][a-z0-9_]{0,47}$/).filter(isProfileName)
const tenant = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/))
const variantName = fc.stringMatching(/^[a-z][a-z0-9_]{0,47}$/)
const random = fc.stringMatching(/^[a-z0-9]{8,64}$/)
const extension = fc.constantFrom('', '.jpg', '.webp', '.mp4', '.json', '.bin')
const digest = fc.stringMatching(/^[0-9a-f]{64}$/)

function refusal(key: string): string | undefined {
  try {
    expect(normalizeKey(key)).toBe(key)
    return undefined
  } catch (error) {
    if (!isRindleError(error, 'storage_key_invalid')) throw error
    return error.message
  }
}

describe('readableKey', () => {
  it.each(['a.jpg', 'Old Photos/Été 1+2 (50%).JPG', 'media/one/Not A Key', 'a..b', '夏/🏖️.jpg'])('returns %j', (key) => {
    expect(readableKey(key)).toBe(key)
  })

  it.each([
    ['../a.jpg', '".." segment'],
    ['A/.hidden', 'begins with a dot'],
    ['A/../b', '".." segment'],
    ['/A', 'absolute'],
    ['A\\b', 'backslash'],
    ['A\0', 'control character'],
    ['A//b', 'empty segment'],
    ['%2E%2e/A', 'encoded'],
    ['A%2Fb', 'encoded'],
    ['A\ud800', 'well-formed'],
    ['É'.repeat(MAX_KEY_BYTES), 'bytes'],
  ])('refuses %j', (key, problem) => {
    expect(() => readableKey(key)).toThrow(problem)
  })
})

describe('normalizeKey', () => {
  it.each([
    'a',
    'avatar/0190f3a1-7c00-7000-8000-000000000001/original-0af3.jpg',
    'staging/avatar/0190f3a1/ff00',
    'a_b/c-d/e.tar',
    'a'.repeat(MAX_KEY_BYTES),
  ])('returns %j', (key) => {
    expect(normalizeKey(key)).toBe(key)
  })

  it.each([
    ['', 'empty'],
    ['a/\0/b', 'control character'],
    ['a\nb', 'control character'],
    ['a\u0085b', 'control character'],
    ['a\u007Fb', 'control character'],
    ['..\\..\\windows\\win.ini', 'backslash'],
    ['a\\b', 'backslash'],
    ['/etc/passwd', 'absolute'],
    ['//a', 'absolute'],
    ['a//b', 'empty segment'],
    ['a/', 'empty segment'],
    ['.', '"." or ".."'],
    ['..', '"." or ".."'],
    ['a/./b', '"." or ".."'],
    ['a/../b', '"." or ".."'],
    ['../../../etc/passwd', '"." or ".."'],
    ['a/..', '"." or ".."'],
    ['a/...', 'segments are'],
    ['.a', 'segments are'],
    ['a.b.c', 'segments are'],
    ['a.b/c', 'segments are'],
    ['a.', 'segments are'],
    ['A/b', 'segments are'],
    ['a b', 'segments are'],
    ['%2e%2e/a', 'segments are'],
    ['%2e%2e%2fa', 'segments are'],
    ['..%c0%af..', 'segments are'],
    ['....//a', 'empty segment'],
    ['a/..;/b', 'segments are'],
    ['c:/a', 'segments are'],
    ['file:a', 'segments are'],
    ['~/a', 'segments are'],
    ['a?b', 'segments are'],
    ['a#b', 'segments are'],
    ['a/\u2025/b', 'segments are'],
    ['a\uFF0Fb', 'segments are'],
    ['é', 'segments are'],
    ['a\u202Egpj', 'segments are'],
    ['\uD800', 'segments are'],
    ['a'.repeat(MAX_KEY_BYTES + 1), '900 bytes'],
  ])('refuses %j', (key, reason) => {
    expect(refusal(key)).toContain(reason)
  })

  it.each([7, null, undefined, ['a'], { toString: () => 'a' }])('refuses %j, which is not a string', (key) => {
    expect(refusal(key as unknown as string)).toContain('it is not a string')
  })

  it('never accepts a string that could leave its place', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(fc.constantFrom('..', '.', '/', '\\', '\0', 'a', 'A', ' ', '%2e', '.jpg', '\u202E', '-', '_'), {
        maxLength: 12,
      }),
    )
    fc.assert(
      fc.property(hostile, (parts) => {
        const key = Array.isArray(parts) ? parts.join('') : parts
        if (refusal(key) !== undefined) return
        expect(key).toMatch(/^[a-z0-9_./-]+$/)
        expect(new URL(key, 'http://host/root/').pathname).toBe(`/root/${key}`)
        expect(key.split('/').every((segment) => segment !== '' && !segment.startsWith('.'))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('shows only the start of a refused key, with controls escaped', () => {
    const message = refusal(`\u001B[31m${'x'.repeat(800)}`) ?? ''
    expect(message.length).toBeLessThan(300)
    expect(message).not.toMatch(/\p{Cc}/u)
  })
})

describe('the builders of keys', () => {
  it('give the documented layout', () => {
    const parts = { tenant: null, profile: 'avatar', assetId: ASSET_ID, random: '00ff', extension: '.jpg' }
    expect(stagingKey(parts)).toBe(`staging/avatar/${ASSET_ID}-00ff.jpg`)
    expect(originalKey(parts)).toBe(`avatar/${ASSET_ID}/original-00ff.jpg`)
    expect(variantKey({ ...parts, name: 'thumb_2x', digest: DIGEST, extension: '.webp' })).toBe(
      `avatar/${ASSET_ID}/thumb_2x-0123456789abcdef.webp`,
    )
    expect(assetPrefix({ tenant: null, profile: 'avatar', id: ASSET_ID })).toBe(`avatar/${ASSET_ID}/`)
  })

  it('put the keys of a tenant below its name', () => {
    const parts = { tenant: 'acme', profile: 'avatar', assetId: ASSET_ID, random: '00ff', extension: '.jpg' }
    expect(stagingKey(parts)).toBe(`staging/tenants/acme/avatar/${ASSET_ID}-00ff.jpg`)
    expect(originalKey(parts)).toBe(`tenants/acme/avatar/${ASSET_ID}/original-00ff.jpg`)
    expect(assetPrefix({ ...parts, id: ASSET_ID })).toBe(`tenants/acme/avatar/${ASSET_ID}/`)
    expect(() => originalKey({ ...parts, tenant: '../acme' })).toThrow(/tenant .* cannot be part/)
  })

  it('always give keys that normalizeKey accepts, below the prefix of their asset', () => {
    fc.assert(
      fc.property(
        fc.record({ tenant, profile: profileName, assetId: fc.uuid(), random, extension, name: variantName, digest }),
        (parts) => {
          const keys = [stagingKey(parts), originalKey(parts), variantKey(parts)]
          expect(keys.map(normalizeKey)).toEqual(keys)
          expect(keys.map(assetIdIn)).toEqual([parts.assetId, parts.assetId, parts.assetId])
          expect(keys.map(isStagingKey)).toEqual([true, false, false])
          const prefix = assetPrefix({ ...parts, id: parts.assetId })
          expect(keys.map((key) => key.startsWith(prefix))).toEqual([false, true, true])
          expect(keys[0]?.startsWith(`${STAGING_PREFIX}${prefix.slice(0, -1)}-`)).toBe(true)
        },
      ),
    )
  })

  it('find the asset in a staging key of an earlier version, too', () => {
    expect(assetIdIn(`staging/avatar/${ASSET_ID}/00ff.jpg`)).toBe(ASSET_ID)
  })

  it('give another key for another recipe', () => {
    const parts = { tenant: null, profile: 'avatar', assetId: ASSET_ID, name: 'thumb', extension: '.jpg' }
    expect(variantKey({ ...parts, digest: DIGEST })).not.toBe(variantKey({ ...parts, digest: `f${DIGEST.slice(1)}` }))
  })

  it('refuse every part that is no segment, and name it', () => {
    const parts = { tenant: null, profile: 'avatar', assetId: ASSET_ID, random: '00ff', extension: '.jpg' }
    for (const hostile of ['', '..', 'a/b', 'A', 'a\\b', 'a\0', 'é', ' ']) {
      expect(() => originalKey({ ...parts, profile: hostile })).toThrow(/profile name .* cannot be part/)
      expect(() => originalKey({ ...parts, assetId: hostile })).toThrow(/asset id .* cannot be part/)
      expect(() => stagingKey({ ...parts, random: hostile })).toThrow(/random part .* cannot be part/)
      expect(() => originalKey({ ...parts, random: hostile })).toThrow(/random part .* cannot be part/)
      expect(() => variantKey({ ...parts, name: hostile, digest: DIGEST })).toThrow(/variant name .* cannot be part/)
      expect(() => variantKey({ ...parts, name: 'thumb', digest: hostile })).toThrow(/recipe digest .* cannot be part/)
      expect(() => assetPrefix({ tenant: null, profile: 'avatar', id: hostile })).toThrow(/asset id .* cannot be part/)
    }
    for (const hostile of ['jpg', '.', '.tar.gz', '.JPG', './a', '.a/b']) {
      expect(() => stagingKey({ ...parts, extension: hostile })).toThrow(/extension .* cannot be part/)
    }
  })

  it('refuse a profile called staging, whose originals would look like uploads in flight', () => {
    expect(isProfileName('staging')).toBe(false)
    expect(isProfileName('staging_area')).toBe(true)
    const parts = { tenant: null, profile: 'staging', assetId: ASSET_ID, random: '00ff', extension: '.jpg' }
    expect(() => originalKey(parts)).toThrow('"staging"')
    expect(() => assetPrefix({ tenant: null, profile: 'staging', id: ASSET_ID })).toThrow('"staging"')
  })
})

describe('keys of an application', () => {
  it('differ from every generated key, for any profile', () => {
    fc.assert(
      fc.property(
        fc.record({ tenant, profile: profileName, assetId: fc.uuid(), random, extension, name: variantName, digest }),
        (parts) => {
          const staged = stagingKey(parts)
          const keys = [staged, companionKey(staged, 'part-1'), originalKey(parts), variantKey(parts)]
          expect(keys.filter((key) => !isManagedKey(key) || !isReservedKey(key, []))).toEqual([])
        },
      ),
    )
  })

  it.each([
    'invoices/2026/7.pdf',
    `invoices/${ASSET_ID}.pdf`,
    `invoices/${ASSET_ID}/7.pdf`,
    `exports/photo/${ASSET_ID}/original-0f.jpg`,
    'tenants/acme/contract.pdf',
    `photo/${ASSET_ID}/original.jpg`,
    `photo/${ASSET_ID}/thumb-0123456789abcde.webp`,
    'photo/7/original-0f.jpg',
    'staging.txt',
    'staged/a',
    'photo',
  ])('may be %s, if no profile has that name', (key) => {
    expect([isManagedKey(key), isReservedKey(key, ['avatar'])]).toEqual([false, false])
  })

  it.each(['avatar', 'avatar/a.txt', `avatar/${ASSET_ID}/notes.txt`, 'staging', 'staging/a.txt'])(
    'may not be %s, the place of uploads or assets',
    (key) => {
      expect(isReservedKey(key, ['avatar'])).toBe(true)
    },
  )
})

describe('a fresh key', () => {
  const RANDOM = 'z'.repeat(32)
  const parts = { profile: 'photo', assetId: ASSET_ID }

  it('lies beside the old one, in the same form, and a variant keeps its name and digest', () => {
    const keys = [
      originalKey({ ...parts, tenant: 'acme', random: '0f'.repeat(16), extension: '.jpg' }),
      originalKey({ ...parts, tenant: null, random: 'a-b', extension: '' }),
      trackKey({ ...parts, tenant: null, random: 'a'.repeat(32) }),
      ...['original', 'thumb_2x'].map((name) =>
        variantKey({ ...parts, tenant: null, name, digest: DIGEST, extension: '.webp' }),
      ),
    ]
    const fresh = keys.map((key) => freshKey(key, RANDOM))
    const place = `photo/${ASSET_ID}`
    expect(fresh).toEqual([
      `tenants/acme/${place}/original-${RANDOM}.jpg`,
      `${place}/original-${RANDOM}`,
      `${place}/track-${RANDOM}.vtt`,
      `${place}/original-0123456789abcdef-${RANDOM}.webp`,
      `${place}/thumb_2x-0123456789abcdef-${RANDOM}.webp`,
    ])
    expect(fresh.filter((key) => !isManagedKey(key) || assetIdIn(key) !== ASSET_ID)).toEqual([])
    expect(fresh.map((key) => freshKey(key, '0'.repeat(32)))).toEqual(
      fresh.map((key) => key.replace(RANDOM, '0'.repeat(32))),
    )
  })

  it.each(['staging/photo/a', 'invoices/7.pdf'])('is not made for %s', (key) => {
    expect(() => freshKey(key, RANDOM)).toThrow(/cannot be part of a storage key/)
  })
})

describe('names of profiles and variants', () => {
  it.each(['a', 'avatar', 'thumb_2x', 'a'.repeat(48)])('may be %j', (name) => {
    expect(NAME_PATTERN.test(name)).toBe(true)
  })

  it.each(['', '2x', '_a', 'a-b', 'camelCase', 'a.b', 'a/b', 'a\n', 'a'.repeat(49)])('may not be %j', (name) => {
    expect(NAME_PATTERN.test(name)).toBe(false)
  })
})
