import { s3Storage } from '@rindle/storage-s3'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { signingWindow } from '../src/signing-window.ts'

const WEEK_SECONDS = 7 * 24 * 60 * 60
const NOW = new Date('2026-11-20T12:00:00.600Z')

describe('the window of a signature', () => {
  test('ends at its expiry, to the second, has begun, and has a length that S3 accepts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: WEEK_SECONDS * 1000 }), (leftMs) => {
        const expiresAt = new Date(NOW.getTime() + leftMs)
        const { signingDate, expiresInSeconds } = signingWindow(expiresAt, NOW)
        expect(signingDate.getTime() + expiresInSeconds * 1000).toBe(Math.floor(expiresAt.getTime() / 1000) * 1000)
        expect(signingDate.getTime()).toBeLessThanOrEqual(NOW.getTime())
        expect(expiresInSeconds).toBeGreaterThanOrEqual(1)
        expect(expiresInSeconds).toBeLessThanOrEqual(WEEK_SECONDS)
      }),
    )
  })

  test('is the same whenever it is asked for, but for a change when half of it is over', () => {
    const expiresAt = new Date(NOW.getTime() + 1000 * 1000)
    const windows = Array.from(
      { length: 500 },
      (_, seconds) => signingWindow(expiresAt, new Date(NOW.getTime() + seconds * 1000)).expiresInSeconds,
    )
    expect([...new Set(windows)]).toEqual([1024, 512])
  })

  test('is over for an expiry that is over', () => {
    const { signingDate, expiresInSeconds } = signingWindow(new Date(NOW.getTime() - 60_000), NOW)
    expect(signingDate.getTime() + expiresInSeconds * 1000).toBeLessThan(NOW.getTime())
  })

  test.each([
    ['more than seven days ahead', new Date(NOW.getTime() + (WEEK_SECONDS + 1) * 1000)],
    ['no date', new Date(Number.NaN)],
  ])('does not exist for an expiry that is %s', (_what, expiresAt) => {
    expect(() => signingWindow(expiresAt, NOW)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

describe('a signed URL', () => {
  test('is the same a minute later, so that caches can work', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
    try {
      const storage = s3Storage({
        bucket: 'media',
        region: 'eu-central-1',
        credentials: { accessKeyId: 'someone', secretAccessKey: 'secret', sessionToken: 'token' },
      })
      const expiresAt = new Date(NOW.getTime() + 900_000)
      const first = await storage.signGet('a.jpg', { expiresAt })
      vi.setSystemTime(NOW.getTime() + 60_000)
      expect(await storage.signGet('a.jpg', { expiresAt })).toEqual(first)
      expect(first.url).toMatch(/^https:\/\/media\.s3\.eu-central-1\.amazonaws\.com\/a\.jpg\?/)
      expect(new URL(first.url).searchParams.get('X-Amz-Security-Token')).toBe('token')
    } finally {
      vi.useRealTimers()
    }
  })

  test.each([-1, 1.5, Number.NaN])('is not made for a length of %d bytes', async (byteSize) => {
    const options = { expiresAt: new Date(Date.now() + 60_000), contentType: 'text/plain', byteSize }
    await expect(local().signPut('a.txt', options)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test.each([0, 10_001, 1.5, Number.NaN])('is not made for a part %d', async (partNumber) => {
    const signed = local().multipart.signPart('a.txt', 'upload', partNumber, {
      expiresAt: new Date(Date.now() + 60_000),
    })
    await expect(signed).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test.each(['abc', 'G'.repeat(64), 'A'.repeat(64)])('is not made for the SHA-256 %s', async (checksumSha256) => {
    const options = { expiresAt: new Date(Date.now() + 60_000), contentType: 'text/plain', checksumSha256 }
    await expect(local().signPut('a.txt', options)).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

function local() {
  return s3Storage({
    bucket: 'media',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'someone', secretAccessKey: 'secret' },
  })
}
