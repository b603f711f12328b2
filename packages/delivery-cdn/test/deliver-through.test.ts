import { Readable } from 'node:stream'
import type { DeliverySigner, StorageAdapter } from '@rindle/core'
import { deliverThrough } from '@rindle/core/adapter'
import { hmacDelivery } from '@rindle/delivery-cdn'
import { memoryStorage } from '@rindle/testing'
import { describe, expect, test } from 'vitest'

const KEYS = ['photo/1/a.jpg', 'photo/1/b.jpg']
const STAGED = ['staging/photo/1/a.jpg', 'photo/1/a--tail-1.jpg']
const EXPIRES_AT = new Date('2030-01-01T00:00:00Z')

describe('a storage behind a CDN', () => {
  test('gives the URLs of the CDN, for the keys of the store', async () => {
    const { storage } = await behind()
    const { url, method, headers } = await storage.signGet('photo/1/a.jpg', { expiresAt: EXPIRES_AT })
    expect({ method, headers }).toEqual({ method: 'GET', headers: {} })
    expect(url).toMatch(/^https:\/\/media\.example\/bucket\/photo\/1\/a\.jpg\?e=/)
    expect(storage.delivery).toBe('hmac')
    const hostile = storage.signGet('../outside.jpg', { expiresAt: EXPIRES_AT })
    await expect(hostile).rejects.toMatchObject({ code: 'storage_key_invalid' })
  })

  test('tells the CDN of every deleted object, and of none that no page had', async () => {
    const { storage, purged } = await behind()
    await storage.delete('photo/1/a.jpg')
    for (const key of STAGED) await storage.delete(key)
    expect(purged).toEqual([['/bucket/photo/1/a.jpg']])
    expect(await storage.deleteMany([...KEYS, ...STAGED, '../outside.jpg'])).toMatchObject([{ key: '../outside.jpg' }])
    expect(purged.slice(1)).toEqual([['/bucket/photo/1/a.jpg', '/bucket/photo/1/b.jpg']])
  })

  test('fails a deletion whose purge failed, so that it is repeated, and shows no secret', async () => {
    let isDown = true
    const { storage, purged } = await behind(async () => {
      if (isDown) throw new Error('The API does not answer.')
    })
    const failure = await storage.delete('photo/1/a.jpg').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'storage_unavailable', retryable: true })
    expect(JSON.stringify(failure)).not.toContain(SECRET)
    expect(await storage.deleteMany(KEYS)).toMatchObject(KEYS.map((key) => ({ key })))
    isDown = false
    await storage.delete('photo/1/a.jpg')
    expect(await storage.deleteMany(KEYS)).toEqual([])
    expect(purged.length).toBe(4)
  })

  test('is the same storage without a signer', () => {
    const storage = memoryStorage()
    expect(deliverThrough(storage, undefined)).toBe(storage)
  })
})

const SECRET = 's'.repeat(32)

async function behind(
  act: () => Promise<void> = async () => {},
): Promise<{ readonly storage: StorageAdapter; readonly purged: (readonly string[])[] }> {
  const purged: (readonly string[])[] = []
  const signer: DeliverySigner = hmacDelivery({
    baseUrl: 'https://media.example',
    keys: [{ id: '1', secret: SECRET }],
    async purge(paths) {
      purged.push(paths)
      await act()
    },
  })
  const storage = deliverThrough(memoryStorage(), signer, 'bucket/')
  for (const key of [...KEYS, ...STAGED]) {
    await storage.put(key, Readable.from(['x']), { contentType: 'image/jpeg' })
  }
  return { storage, purged }
}
