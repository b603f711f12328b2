import {
  createRindle,
  defineProfile,
  isRindleError,
  type JobsAdapter,
  type Processor,
  type RindleError,
  type SlotOption,
  type StorageAdapter,
  type StorageCapability,
} from '@rindle/core'
import { describe, expect, it } from 'vitest'
import { clip, picture } from './kinds.ts'

const method = (): never => {
  throw new Error('Creation must not call an adapter, except to connect it.')
}
const storage = (...capabilities: StorageCapability[]) =>
  ({ name: 'fake', capabilities: new Set(capabilities), put: method, get: method }) as unknown as StorageAdapter
const jobs = { name: 'fake', enqueue: method, work: method, connect: () => {} } as unknown as JobsAdapter
const pictures = {
  name: 'fake',
  recipes: [picture],
  capabilities: new Set(['test/any']),
  process: method,
} as unknown as Processor
const accept = { types: ['image/png'], maxBytes: 1_000 } as const
const valid = {
  database: 'postgres://localhost/app',
  storages: { main: storage('signed_url') },
  jobs,
  profiles: { plain: defineProfile({ storage: 'main', accept }) },
}

function refusal(make: () => unknown): RindleError {
  try {
    make()
  } catch (error) {
    if (isRindleError(error, 'config_invalid')) return error
    throw error
  }
  throw new Error('It was accepted.')
}
const create = (options: object) => () => createRindle({ ...valid, ...options })
const paths = (error: RindleError) => (error.details['problems'] as { path: string }[]).map(({ path }) => path)

describe('createRindle', () => {
  it('accepts valid options, and does no I/O', () => {
    expect(createRindle(valid).profiles).toBe(valid.profiles)
  })

  it('accepts recipes that no given processor makes: a process that only serves needs none', () => {
    const variants = { thumb: picture({}), moving: clip({}) }
    const profiles = { photo: defineProfile({ storage: 'main', accept, variants }) }
    expect(createRindle({ ...valid, profiles }).profiles).toBe(profiles)
    expect(createRindle({ ...valid, profiles, processors: [pictures] }).profiles).toBe(profiles)
  })

  it('refuses options of images that no URL could be made of, without showing a secret', () => {
    const images = {
      baseUrl: 'rindle',
      signingKeys: ['too short a secret'],
      waitMs: -1,
      whileMaking: 'never',
      hurry: 1,
    }
    const error = refusal(create({ images }))
    const at = ['baseUrl', 'signingKeys.0', 'waitMs', 'whileMaking', 'hurry'].map((name) => `images.${name}`)
    expect(paths(error)).toEqual(expect.arrayContaining(at))
    expect(error.message).not.toContain('too short a secret')
    for (const baseUrl of ['', '//cdn.test', 'ftp://app.test', '/a?b', 'https://app.test/#a', 'app.test/rindle']) {
      const signingKeys = ['a secret of at least thirty-two characters']
      expect(paths(refusal(create({ images: { baseUrl, signingKeys } })))).toEqual(['images.baseUrl'])
    }
  })

  it('refuses a family on demand without the place of its images', () => {
    const families = { hero: { make: 'on_demand', ratio: null, members: [] } } as const
    const photo = { ...defineProfile({ storage: 'main', accept }), families }
    const error = refusal(create({ profiles: { photo } }))
    expect(paths(error)).toEqual(['images'])
    expect(error.message).toContain('profiles.photo.variants.hero')
    const images = { baseUrl: '/rindle', signingKeys: ['a secret of at least thirty-two characters'] }
    expect(() => create({ profiles: { photo }, images })()).not.toThrow()
  })

  it('refuses two processors of one kind of recipe', () => {
    const error = refusal(create({ processors: [pictures, { ...pictures, name: 'other' }] }))
    expect(error.details['problems']).toEqual([
      { path: 'processors.1', message: 'other makes recipes of the kind "test/picture", as fake does' },
    ])
  })

  it('refuses a slot that two profiles declare in different ways', () => {
    const define = (slots: Readonly<Record<string, SlotOption>>) => defineProfile({ storage: 'main', accept, slots })
    const same = { gallery: { many: true, max: 3 }, avatar: 'one' } as const
    expect(create({ profiles: { a: define(same), b: define(same) } })).not.toThrow()
    const error = refusal(create({ profiles: { a: define(same), b: define({ gallery: 'many', avatar: 'many' }) } }))
    expect(error.details['problems']).toEqual([
      { path: 'profiles.b.slots.gallery', message: 'holds many, but in profile a many, at most 3' },
      { path: 'profiles.b.slots.avatar', message: 'holds many, but in profile a one' },
    ])
  })

  it('reports every problem at once, each with its path', () => {
    const error = refusal(
      create({
        database: 'mysql://localhost',
        procesors: [],
        storages: { main: {} },
        delivery: { expiresInSeconds: 0 },
      }),
    )
    expect(paths(error)).toEqual(
      expect.arrayContaining(['database', 'procesors', 'storages.main', 'delivery.expiresInSeconds']),
    )
    expect(error.message).toContain('procesors: is not an option')
  })

  it.each([
    ['', 'database: is empty. Is DATABASE_URL set to a URL?'],
    [' ', 'database: is empty. Is DATABASE_URL set'],
    [undefined, 'database: is missing. Is DATABASE_URL set in the environment?'],
    [null, 'database: is missing. Is DATABASE_URL set'],
    ['localhost/app', 'database: is not a PostgreSQL URL. Use one like postgres://user:password@host:5432/database'],
    ['mysql://localhost/app', 'database: is not a PostgreSQL URL.'],
    [
      { url: 'postgres://localhost/app' },
      'database: must be a postgres:// URL, { poolerUrl, directUrl } with two of them, { pool } of pg, or { prisma }',
    ],
    [{ pool: 1 }, 'database: must be a postgres:// URL'],
    [5, 'database: must be a postgres:// URL'],
  ])('tells what to do about the database %j', (database, message) => {
    expect(refusal(create({ database })).message).toContain(message)
    expect(refusal(create({ database })).message).not.toMatch(/Invalid|undefined/)
  })

  it.each([
    [{ storages: { '': storage('signed_url') } }, 'storages.: this name must have 1 to 64 characters'],
    [{ profiles: { teamPhoto: valid.profiles.plain } }, 'profiles.teamPhoto: this name must be lower-case letters,'],
    [{ profiles: { staging: valid.profiles.plain } }, 'profiles.staging: this name must be'],
    [{ jobs: undefined }, 'jobs: must be a jobs adapter'],
    [{ storages: undefined }, 'storages: is missing'],
    [{ workDirectory: '' }, 'workDirectory: is empty'],
  ])('names the rule that %j breaks', (options, message) => {
    expect(refusal(create(options)).message).toContain(message)
    expect(refusal(create(options)).message).not.toMatch(/Invalid|record/)
  })

  it('refuses URL lifetimes above the maximum', () => {
    const brief = defineProfile({ storage: 'main', accept, delivery: { expiresInSeconds: 600 } })
    const error = refusal(create({ profiles: { brief }, delivery: { maxExpiresInSeconds: 300 } }))
    expect(paths(error)).toEqual(['delivery.expiresInSeconds', 'profiles.brief.delivery.expiresInSeconds'])
    expect(error.message).toContain('is 900, more than maxExpiresInSeconds, 300')
  })

  it('refuses a storage that lacks what delivery needs, instead of falling back', () => {
    const open = { open: defineProfile({ storage: 'main', accept, delivery: { public: true } }) }
    expect(refusal(create({ profiles: open })).message).toContain('public delivery needs the capability public_url')
    const error = refusal(create({ storages: { main: storage('public_url') } }))
    expect(error.message).toContain('private delivery needs the capability signed_url')
  })

  it('refuses a profile with an unknown storage, and names the configured ones', () => {
    const error = refusal(create({ profiles: { a: defineProfile({ storage: 'mian', accept }) } }))
    expect(error.message).toContain('there is no storage "mian"; there are: main')
  })

  it('never repeats a secret of its options', () => {
    const error = refusal(create({ database: 'mysql://user:hunter2@localhost/app' }))
    expect(JSON.stringify(error) + error.message).not.toContain('hunter2')
  })
})

describe('defineProfile', () => {
  const define = (options: object) => () => defineProfile({ storage: 'main', accept, ...options })

  it.each([
    ['a misspelt option', { varients: {} }, 'varients: is not an option'],
    ['a misspelt option of a recipe', { variants: { a: picture({ hight: 1 } as never) } }, 'variants.a.hight'],
    ['no options for a recipe', { variants: { a: picture(3 as never) } }, 'variants.a: '],
    ['an object that is no recipe', { variants: { a: { width: 1 } } }, 'variants.a: must be made by a recipe function'],
    ['a slot of no cardinality', { slots: { avatar: 'two' } }, "slots.avatar: must be 'one', 'many' or"],
    ['slots as a list', { slots: ['avatar'] }, 'slots: must be an object with the slots by name'],
    [
      'a variant name that is not valid in a key',
      { variants: { thumbLarge: picture({}) } },
      'variants.thumbLarge: this name must be lower-case letters, digits and _, and begin with a letter',
    ],
    ['a wrong wildcard', { accept: { types: ['*'], maxBytes: 1 } }, 'accept.types.0'],
    [
      'an unknown value of extensionMismatch',
      { accept: { ...accept, extensionMismatch: 'ignore' } },
      'accept.extensionMismatch',
    ],
    ['no size limit', { accept: { types: ['image/png'] } }, 'accept.maxBytes: is missing'],
    ['a scanner that cannot scan', { scanners: [{ name: 'x' }] }, 'scanners.0: must be an object with scan()'],
  ])('refuses %s, and names its path', (_what, options, message) => {
    expect(refusal(define(options)).message).toContain(message)
  })

  it('corrects mismatched names by default', () => {
    expect(defineProfile({ storage: 'main', accept }).accept.extensionMismatch).toBe('correct')
    const strict = { ...accept, extensionMismatch: 'reject' } as const
    expect(defineProfile({ storage: 'main', accept: strict }).accept.extensionMismatch).toBe('reject')
  })

  it('is private and falls back to the original by default', () => {
    expect(defineProfile({ storage: 'main', accept }).delivery).toEqual({
      public: false,
      expiresInSeconds: null,
      staleMode: 'serve_stale',
      authorize: null,
    })
  })
})
