import { expect, it } from 'vitest'
import { fileCacheControl, redirectCacheControl } from '../../../src/delivery/files/cache-control.ts'

const now = new Date('2026-11-30T12:00:00Z')
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000)

it.each([
  ['a current one of a public profile', null, true, 'public, max-age=31536000, immutable', 'public, max-age=3600'],
  ['an older one of a public profile', null, false, 'public, no-cache', 'public, no-cache'],
  ['a current one', inSeconds(900.9), true, 'private, max-age=900, immutable', 'private, max-age=900'],
  ['a current one for a week', inSeconds(604_800), true, 'private, max-age=604800, immutable', 'private, max-age=3600'],
  ['an older one', inSeconds(900), false, 'private, no-cache', 'private, no-cache'],
  ['one whose URL ends now', now, true, 'private, max-age=0, immutable', 'private, max-age=0'],
])('%s', (_what, expiresAt, isCurrent, image, redirect) => {
  expect(fileCacheControl({ expiresAt, isCurrent, now })).toBe(image)
  expect(redirectCacheControl({ expiresAt, isCurrent, now })).toBe(redirect)
})
