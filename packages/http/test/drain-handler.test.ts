import { RindleError, silentLogger } from '@rindle/core'
import { expect, it } from 'vitest'
import { drainHandler } from '../src/drain-handler.ts'

const SECRET = 'a secret of the cron job'
const REPORT = { done: { rindle_promote: 1 }, failed: {}, waiting: {}, refused: {}, endedBy: 'idle' } as const

function handlerFor(secret: string | readonly string[] = SECRET, drain = async (): Promise<typeof REPORT> => REPORT) {
  const calls: unknown[] = []
  const rindle = {
    start: async () => void calls.push('start'),
    drain: async (options: unknown) => {
      calls.push(options)
      return drain()
    },
  }
  return { calls, handle: drainHandler(rindle, { secret, logger: silentLogger }) }
}

const request = (authorization?: string, method = 'GET'): Request =>
  new Request('https://a.example/drain', { method, headers: authorization === undefined ? {} : { authorization } })

it('starts the instance, drains for eight seconds, and answers with the report', async () => {
  const { calls, handle } = handlerFor()
  const answer = await handle(request(`Bearer ${SECRET}`))
  expect([answer.status, await answer.json()]).toEqual([200, REPORT])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(calls).toEqual(['start', { maxSeconds: 8 }])
})

it.each([undefined, 'Bearer', 'Bearer ', `Bearer ${SECRET}x`, `Bearer ${SECRET.slice(1)}`, `Basic ${SECRET}`, SECRET])(
  'does nothing for "%s"',
  async (authorization) => {
    const { calls, handle } = handlerFor()
    const answer = await handle(request(authorization, 'POST'))
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(calls).toEqual([])
  },
)

it('takes each secret of a list, and no other method than GET and POST', async () => {
  const { handle } = handlerFor([SECRET, 'the secret before that'])
  expect((await handle(request('bearer the secret before that'))).status).toBe(200)
  expect((await handle(request(`Bearer ${SECRET}`, 'PUT'))).status).toBe(405)
})

it('answers 503 while the database is away, and tells nothing of it', async () => {
  const { handle } = handlerFor(SECRET, () =>
    Promise.reject(new RindleError('database_unavailable', 'There is no database at db.internal.')),
  )
  const answer = await handle(request(`Bearer ${SECRET}`))
  expect(answer.status).toBe(503)
  expect(await answer.text()).not.toContain('db.internal')
})

it.each([undefined, 'short', [], ['short']])('refuses %j as its secret', (secret) => {
  expect(() =>
    drainHandler({ start: async () => {}, drain: async () => REPORT }, { secret: secret as string }),
  ).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
