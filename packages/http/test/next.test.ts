import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type Rindle, RindleError, silentLogger } from '@rindle/core'
import { registerRindle, rindleRoutes } from '@rindle/http/next'
import { withRindle } from '@rindle/http/next-config'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const start = vi.fn(async () => {})
const rindle = {
  start,
  work: vi.fn(async () => {}),
  schedule: vi.fn(async () => {}),
  serveFile: vi.fn(async () => new Response('a file')),
}
const instance = rindle as unknown as Rindle

beforeEach(() => {
  vi.clearAllMocks()
  start.mockResolvedValue()
})

describe('the exports of a route', () => {
  const request = (below: string, method = 'GET') => new Request(`http://localhost${below}`, { method })

  it('answer every method at /rindle, from an instance that the first request starts', async () => {
    const routes = rindleRoutes(instance, { actor: () => null })
    expect(Object.keys(routes).toSorted()).toEqual(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'])
    expect(start).not.toHaveBeenCalled()
    expect(await (await routes.GET(request('/rindle/files/token'))).text()).toBe('a file')
    expect((await routes.POST(request('/rindle/uploads', 'POST'))).status).toBe(401)
    expect(start).toHaveBeenCalledOnce()
  })

  it('answer where they are mounted', async () => {
    const routes = rindleRoutes(instance, { basePath: '/media' })
    expect((await routes.GET(request('/media/files/token'))).status).toBe(200)
    expect((await routes.GET(request('/rindle/files/token'))).status).toBe(404)
  })

  it('answer 503 while the instance cannot start, and start it with the next request', async () => {
    start.mockRejectedValueOnce(new RindleError('storage_unavailable', 'The disk is away.'))
    const routes = rindleRoutes(instance, { logger: silentLogger })
    expect((await routes.GET(request('/rindle/files/token'))).status).toBe(503)
    expect((await routes.GET(request('/rindle/files/token'))).status).toBe(200)
    expect(start).toHaveBeenCalledTimes(2)
  })

  it('log a variable that is missing once, and not at every request', async () => {
    const error = vi.fn()
    start.mockRejectedValue(new RindleError('config_invalid', 'DATABASE_URL is missing.'))
    const routes = rindleRoutes(instance, { logger: { ...silentLogger, error } })
    for (const _ of ['first', 'second']) expect((await routes.GET(request('/rindle/files/token'))).status).toBe(500)
    expect(error).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'config_invalid', error: 'DATABASE_URL is missing.' }),
      expect.stringContaining('logged once'),
    )
    start.mockRejectedValue(new RindleError('config_invalid', 'RINDLE_SIGNING_KEY is missing.'))
    await routes.GET(request('/rindle/files/token'))
    expect(error).toHaveBeenCalledTimes(2)
  })

  it('refuse wrong options when the module is loaded', () => {
    expect(() => rindleRoutes(instance, { basePath: 'rindle' })).toThrow('must be a path such as /rindle')
  })
})

describe('the start of a server', () => {
  afterEach(() => vi.unstubAllEnvs())
  const load = vi.fn(async () => ({ default: instance }))

  it('starts the instance, its maintenance and its workers', async () => {
    const [schedule, work] = [{ cleanupOrphans: { live: true } }, { queues: ['rindle_promote' as const] }]
    await registerRindle(load, { schedule, work })()
    expect(start).toHaveBeenCalledOnce()
    expect(rindle.schedule).toHaveBeenCalledExactlyOnceWith(schedule)
    expect(rindle.work).toHaveBeenCalledExactlyOnceWith(work)
  })

  it.each([
    ['NEXT_RUNTIME', 'edge'],
    ['NEXT_PHASE', 'phase-production-build'],
  ])('loads nothing where %s is %s', async (variable, value) => {
    vi.stubEnv(variable, value)
    await registerRindle(load)()
    expect(load).not.toHaveBeenCalled()
  })
})

describe('the configuration of Next', () => {
  it('leaves every package of a server to Node, beside those of the application', () => {
    const config = { poweredByHeader: false, serverExternalPackages: ['sharp', '@rindle/core'] }
    const { poweredByHeader, serverExternalPackages } = withRindle(config)
    expect(poweredByHeader).toBe(false)
    expect(serverExternalPackages[0]).toBe('sharp')
    const folder = path.resolve(import.meta.dirname, '../..')
    const manifests = readdirSync(folder).map((name) => readFileSync(path.join(folder, name, 'package.json'), 'utf8'))
    const published = manifests
      .map((manifest) => JSON.parse(manifest) as { readonly name: string; readonly private?: boolean })
      .filter(({ private: isPrivate }) => isPrivate !== true)
      .map(({ name }) => name)
    const ofBrowsersAndTerminals = ['@rindle/cli', '@rindle/client', '@rindle/react']
    expect(serverExternalPackages.slice(1).toSorted()).toEqual(
      published.filter((name) => name.startsWith('@') && !ofBrowsersAndTerminals.includes(name)).toSorted(),
    )
  })

  it('is good without any options', () => {
    expect(withRindle({}).serverExternalPackages).toContain('@rindle/core')
  })
})
