import { expect, it } from 'vitest'
import type { FileAnswer } from '../../../src/delivery/files/file-answer.ts'
import { answerFile } from '../../../src/delivery/files/serve-file.ts'
import { RindleError } from '../../../src/domain/errors.ts'
import type { Runtime } from '../../../src/kernel/runtime.ts'

const START = new Date('2026-03-01T12:00:00Z')
const EXPIRY_MS = 60_000

const SIGNATURE = 's'.repeat(43)
const RIGHT = `payload.${SIGNATURE}`

/** An instance whose one object is `bytes`, by the token {@link RIGHT}, with a clock of its own. */
function instance() {
  let nowMs = START.getTime()
  const looks = { opened: 0, verified: 0 }
  const object = { isThere: true }
  const storage = {
    name: 'local',
    capabilities: new Set(['local']),
    openToken: (token: string) => {
      looks.verified += 1
      if (token !== RIGHT) throw new RindleError('token_invalid', 'Not signed here.')
      return { method: 'GET', key: 'photo/a.webp', expiresAt: new Date(START.getTime() + EXPIRY_MS) }
    },
    openFile: async () => {
      looks.opened += 1
      if (!object.isThere) return undefined
      const stored = { byteSize: 5, contentType: 'image/webp', etag: 'one', lastModified: START }
      return { stored, read: async () => Buffer.from('bytes'), stream: () => expect.fail(), close: () => {} }
    },
  }
  const runtime = {
    storages: { main: storage },
    profiles: { photo: {} },
    now: () => new Date(nowMs),
    logger: { warn: () => {}, error: () => {}, info: () => {}, debug: () => {} },
    events: { emit: () => {} },
  } as unknown as Runtime
  const ask = (token: string, headers: Readonly<Record<string, string>> = {}): FileAnswer | Promise<FileAnswer> =>
    answerFile(runtime, {
      method: 'GET',
      path: `/files/${token}`,
      headers: { get: (name) => headers[name] ?? null },
    })
  return { ask, looks, object, pass: (ms: number) => void (nowMs += ms) }
}

const KNOWN = { 'if-none-match': '"one"' }

it('a browser that has a file is told so without a look at the disk, for a second after the last look', async () => {
  const { ask, looks, object, pass } = instance()
  const whole = await ask(RIGHT)
  expect(whole).toMatchObject({ status: 200, headers: { etag: '"one"', 'x-content-type-options': 'nosniff' } })
  pass(999)
  object.isThere = false
  const same = ask(RIGHT, KNOWN)
  expect(same).toEqual({
    status: 304,
    headers: {
      etag: '"one"',
      'cache-control': 'private, max-age=59, immutable',
      'access-control-allow-origin': '*',
    },
    body: null,
  })
  expect(looks).toEqual({ opened: 1, verified: 1 })
  pass(1)
  expect(await ask(RIGHT, KNOWN)).toMatchObject({ status: 404 })
  expect(looks).toEqual({ opened: 2, verified: 1 })
  // Forgotten at once, and not after another second.
  expect(await ask(RIGHT, KNOWN)).toMatchObject({ status: 404 })
})

it('of browsers that ask at once, after the second has passed, one looks at the disk', async () => {
  const { ask, looks, pass } = instance()
  await ask(RIGHT)
  pass(1_000)
  const answers = await Promise.all(Array.from({ length: 20 }, async () => ask(RIGHT, KNOWN)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([304]))
  expect(looks.opened).toBe(2)
})

it('a look that fails is that request alone: the others look themselves', async () => {
  const { ask, object, looks, pass } = instance()
  await ask(RIGHT)
  pass(1_000)
  object.isThere = false
  const answers = await Promise.all([1, 2].map(async () => ask(RIGHT, KNOWN)))
  expect(answers.map(({ status }) => status)).toEqual([404, 404])
  expect(looks.opened).toBe(3)
})

it.each([
  ['another version', { 'if-none-match': '"two"' }, 200],
  ['a second condition', { ...KNOWN, 'if-match': '"one"' }, 304],
])('%s is judged by the file itself', async (_what, headers, status) => {
  const { ask, looks } = instance()
  await ask(RIGHT)
  expect(await ask(RIGHT, KNOWN)).toMatchObject({ status: 304 })
  expect(looks.opened).toBe(1)
  expect(await ask(RIGHT, headers)).toMatchObject({ status })
  expect(looks.opened).toBe(2)
})

it('an answer from memory says how long it may be kept from now on', async () => {
  const { ask, looks, pass } = instance()
  await ask(RIGHT)
  const maxAges: unknown[] = []
  for (const ms of [0, 400, 400]) {
    pass(ms)
    maxAges.push((await ask(RIGHT, KNOWN)).headers['cache-control'])
  }
  expect(maxAges).toEqual([60, 59, 59].map((seconds) => `private, max-age=${seconds}, immutable`))
  expect(looks.opened).toBe(1)
})

it('a link that was opened before is refused when it has expired, and another one never gets in', async () => {
  const { ask, pass } = instance()
  await ask(RIGHT)
  for (const token of [`${RIGHT}s`, `paYload.${SIGNATURE}`, `more.${RIGHT}`, SIGNATURE]) {
    expect(await ask(token, KNOWN)).toMatchObject({ status: 403 })
    expect(await ask(token, KNOWN)).toMatchObject({ status: 403 })
  }
  pass(EXPIRY_MS - 1)
  expect(await ask(RIGHT, KNOWN)).toMatchObject({ status: 304 })
  pass(1)
  const [expired, known] = [await ask(RIGHT), await ask(RIGHT, KNOWN)]
  expect([expired.status, known.status]).toEqual([403, 403])
})
