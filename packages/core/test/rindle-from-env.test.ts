import {
  defineProfile,
  isRindleError,
  type JobsAdapter,
  type RindleError,
  rindleFromEnv,
  type StorageAdapter,
} from '@rindle/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const types = ['image/png'] as const
const slots = { avatar: 'one' } as const
const unused = (): never => {
  throw new Error('Nothing here stores or enqueues.')
}
let name = 0

beforeEach(() => {
  name += 1
  vi.stubEnv('DATABASE_URL', 'postgres://localhost/app')
  vi.stubEnv('RINDLE_SIGNING_KEY', 'a secret')
})
afterEach(() => vi.unstubAllEnvs())

/** A module with a configuration, as a bundler loads it: each call is another load. */
function load({ maxBytes = 1_000, onConfigured = (_key: string) => {} } = {}) {
  const stop = vi.fn(async () => {})
  const methods = { name: 'fake', put: unused, get: unused, enqueue: unused, work: unused }
  const storage = { ...methods, capabilities: new Set(['signed_url']), stop } as unknown as StorageAdapter
  const jobs = { ...methods, connect: () => {}, stop: async () => {} } as unknown as JobsAdapter
  const rindle = rindleFromEnv(
    ['DATABASE_URL', 'RINDLE_SIGNING_KEY'],
    (env) => {
      onConfigured(env.RINDLE_SIGNING_KEY)
      return {
        database: env.DATABASE_URL,
        storages: { main: storage },
        jobs,
        profiles: { avatar: defineProfile({ storage: 'main', slots, accept: { types, maxBytes } }) },
      }
    },
    { name: `test ${name}` },
  )
  return { rindle, stop }
}

function refusal(use: () => unknown): RindleError {
  try {
    use()
  } catch (error) {
    if (isRindleError(error, 'config_invalid')) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('an instance from the environment', () => {
  it('is made on its first use and not before, so that a build needs no variables', async () => {
    vi.stubEnv('DATABASE_URL', undefined)
    vi.stubEnv('RINDLE_SIGNING_KEY', '')
    const onConfigured = vi.fn()
    const { rindle } = load({ onConfigured })
    await rindle.stop()
    expect(await Promise.resolve(rindle)).toBe(rindle)
    expect(onConfigured).not.toHaveBeenCalled()
    vi.stubEnv('DATABASE_URL', 'postgres://localhost/app')
    vi.stubEnv('RINDLE_SIGNING_KEY', 'a secret')
    expect(rindle.profiles.avatar.accept.maxBytes).toBe(1_000)
    expect(rindle.version).toMatch(/^\d/)
    expect(onConfigured.mock.calls).toEqual([['a secret']])
  })

  it('names all missing variables at each use', () => {
    vi.stubEnv('DATABASE_URL', undefined)
    vi.stubEnv('RINDLE_SIGNING_KEY', '')
    const { rindle } = load()
    for (const use of [() => rindle.profiles, () => rindle.storageAdapterFor('avatar'), () => rindle.prisma]) {
      const error = refusal(use)
      expect(error.details).toEqual({ missing: ['DATABASE_URL', 'RINDLE_SIGNING_KEY'] })
      expect(error.message).toContain('DATABASE_URL, RINDLE_SIGNING_KEY')
    }
  })

  it('is one instance, however often its module is loaded', () => {
    const [first, second] = [load(), load()]
    expect(second.rindle.profiles).toBe(first.rindle.profiles)
    expect(load().rindle.storageAdapterFor('avatar')).toBe(first.rindle.storageAdapterFor('avatar'))
  })

  it('refuses a second configuration of one name', () => {
    const first = load().rindle
    expect(first.profiles.avatar.accept.maxBytes).toBe(1_000)
    const second = load({ maxBytes: 2_000 }).rindle
    expect(refusal(() => second.profiles).message).toContain(`"test ${name}"`)
  })

  it('is replaced in development when its profiles change, for the modules that were loaded before as well', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    const first = load()
    expect(first.rindle.profiles.avatar.accept.maxBytes).toBe(1_000)
    const second = load({ maxBytes: 2_000 })
    expect(first.rindle.profiles.avatar.accept.maxBytes).toBe(2_000)
    expect(second.rindle.profiles.avatar.accept.maxBytes).toBe(2_000)
    await vi.waitFor(() => expect(first.stop).toHaveBeenCalledOnce())
    expect(second.stop).not.toHaveBeenCalled()
  })

  it('keeps the instance of a configuration that cannot be loaded', () => {
    vi.stubEnv('NODE_ENV', 'development')
    const first = load()
    const kept = first.rindle.storageAdapterFor('avatar')
    const broken = load({
      onConfigured: () => {
        throw new Error('A typo.')
      },
    })
    expect(() => broken.rindle.profiles).toThrow('A typo.')
    expect(load().rindle.storageAdapterFor('avatar')).toBe(kept)
  })
})
