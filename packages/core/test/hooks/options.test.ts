import { describe, expect, it } from 'vitest'
import { createRindle, defineProfile, type RindleError, silentLogger, type WebhookOptions } from '../../src/index.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const webhook: WebhookOptions = {
  name: 'search',
  url: 'https://a.example/hooks',
  secret: SECRET,
  events: ['asset.ready'],
}

/** The problems of an instance with these webhooks, by path. */
function problemsOf(webhooks: readonly unknown[]): Readonly<Record<string, string>> {
  try {
    createRindle({
      database: 'postgres://localhost/app',
      storages: {},
      profiles: {},
      jobs: { name: 'none', enqueue: () => {}, work: () => {}, connect: () => {} } as never,
      logger: silentLogger,
      webhooks: webhooks as readonly WebhookOptions[],
    })
    return {}
  } catch (error) {
    const { details } = error as RindleError
    const problems = details['problems'] as readonly { path: string; message: string }[]
    return Object.fromEntries(problems.map(({ path, message }) => [path, message]))
  }
}

describe('a webhook', () => {
  it('may have two secrets', () => {
    expect(problemsOf([webhook, { ...webhook, name: 'other', secret: [SECRET, SECRET] }])).toEqual({})
  })

  it.each([
    ['http://a.example/', 'must begin with https://'],
    ['https://user:password@a.example/', 'must not contain a user or a password'],
    ['https://127.0.0.1/', 'is not a public address'],
    ['https://2130706433/', 'is not a public address'],
    ['https://[::ffff:7f00:1]/', 'is not a public address'],
    ['ftp://a.example/', 'must begin with https://'],
    ['no url', 'must be a URL'],
  ])('with the URL %s is refused, and the URL is not repeated', (url, problem) => {
    const { 'webhooks.0.url': message = '' } = problemsOf([{ ...webhook, url }])
    expect(message).toContain(problem)
    expect(message).not.toContain(url)
  })

  it('may be in a network of its own', () => {
    expect(problemsOf([{ ...webhook, url: 'http://127.0.0.1:8080/', allowPrivate: true }])).toEqual({})
  })

  it('has a secret of the specification, and it is not repeated', () => {
    const problems = problemsOf([{ ...webhook, secret: 'hunter2' }])
    expect(Object.keys(problems)).toEqual(['webhooks.0.secret'])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  it('has a name of its own, types that there are, and profiles that there are', () => {
    expect(problemsOf([webhook, webhook])).toEqual({ 'webhooks.1.name': 'there is another webhook "search"' })
    expect(Object.keys(problemsOf([{ ...webhook, name: 'profile:photo', events: ['asset.sold'] }]))).toEqual([
      'webhooks.0.name',
      'webhooks.0.events.0',
    ])
    expect(problemsOf([{ ...webhook, profiles: ['foto'] }])).toEqual({
      'webhooks.0.profiles': 'there is no profile "foto"',
    })
  })
})

it('a handler is a function of an event that there is', () => {
  const on = { redy: () => {}, ready: 'yes' } as never
  expect(() => defineProfile({ storage: 'main', accept: { types: ['image/*'], maxBytes: 1 }, on })).toThrow(
    /on\.ready: must be a function\n {2}on\.redy: is not an option|on\.redy: is not an option\n {2}on\.ready: must be a function/,
  )
})
