import { azureStorage } from '@rindle/storage-azure'
import { describe, expect, test } from 'vitest'

const GOOD = { account: 'media', accountKey: 'c2VjcmV0IHNlY3JldCBzZWNyZXQ=', container: 'my-media' }

describe('the options of azureStorage', () => {
  test('are checked at once, all of them, without showing the key', () => {
    const wrong = { ...GOOD, account: 'My Media', accountKey: 'tell nobody!', container: 'x', blockBytes: 7, more: 1 }
    const failure = thrownBy(() => azureStorage(wrong))
    expect(failure).toMatchObject({ code: 'config_invalid' })
    const { message } = failure as Error
    for (const path of ['account:', 'accountKey:', 'container:', 'blockBytes:', 'more:'])
      expect(message).toContain(path)
    expect(message + JSON.stringify(failure)).not.toContain('tell nobody')
  })

  test('name the service of the account unless an endpoint is given', async () => {
    const expiresAt = new Date('2030-01-01T00:00:00Z')
    const { url } = await azureStorage(GOOD).signGet('a/b.jpg', { expiresAt })
    expect(url).toMatch(/^https:\/\/media\.blob\.core\.windows\.net\/my-media\/a\/b\.jpg\?/)
    expect(url).toContain('spr=https&')
    const local = azureStorage({ ...GOOD, prefix: 'p/q', publicEndpoint: 'http://files.example/media/' })
    expect((await local.signGet('a/b.jpg', { expiresAt })).url).toMatch(
      /^http:\/\/files\.example\/media\/my-media\/p\/q\/a\/b\.jpg\?/,
    )
  })

  test('take the signer of a CDN for the URLs, and give it the keys of the container', async () => {
    const asked: string[] = []
    const delivery = {
      name: 'test',
      sign(key: string) {
        asked.push(key)
        return new URL(`https://cdn.example/${key}`)
      },
    }
    const storage = azureStorage({ ...GOOD, prefix: 'p', delivery })
    const { url } = await storage.signGet('a/b.jpg', { expiresAt: new Date() })
    expect([url, storage.delivery, ...asked]).toEqual(['https://cdn.example/p/a/b.jpg', 'test', 'p/a/b.jpg'])
    expect(thrownBy(() => azureStorage({ ...GOOD, delivery: {} as never }))).toMatchObject({ code: 'config_invalid' })
  })

  test.each(['not a date', '1970-13-45'])('refuse to sign until %s', async (expiry) => {
    const signing = azureStorage(GOOD).signGet('a/b.jpg', { expiresAt: new Date(expiry) })
    await expect(signing).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
