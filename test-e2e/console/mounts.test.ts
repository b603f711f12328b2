import { rindleConsole } from '@rindle/console'
import type { RindleHandler } from '@rindle/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen, type Server } from '../http/listen.ts'
import { mounts } from '../http/mounts.ts'
import { type Application, startApplication } from '../support/application.ts'
import { valueOf } from './operator.ts'

let application: Application<never>
let console: RindleHandler

beforeAll(async () => {
  application = (await startApplication()) as unknown as Application<never>
  console = rindleConsole(application.rindle, {
    basePath: '/rindle',
    actor: (request) => (request.headers.get('x-actor') === null ? null : { id: request.headers.get('x-actor') ?? '' }),
    can: () => true,
  })
})
afterAll(async () => application[Symbol.asyncDispose]())

describe.each(Object.entries(mounts))('a console mounted in %s', (_name, mount) => {
  let server: Server
  beforeAll(async () => {
    server = await listen(await mount(console))
  })
  afterAll(async () => server[Symbol.asyncDispose]())

  it('shows its pages to those who are signed in, files to everybody, and takes forms', async () => {
    const as = { 'x-actor': 'ana' }
    expect((await fetch(`${server.url}/rindle`)).status).toBe(401)
    for (const path of ['/rindle', '/rindle/assets?state=ready', '/rindle/doctor']) {
      const page = await fetch(`${server.url}${path}`, { headers: as })
      expect([path, page.status, page.headers.get('referrer-policy')]).toEqual([path, 200, 'no-referrer'])
    }
    const style = await fetch(`${server.url}/rindle/files/console.css`)
    expect(style.headers.get('content-type')).toMatch(/^text\/css/)
    const page = await fetch(`${server.url}/rindle/maintenance/pruneRuns`, { headers: as })
    const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    const token = valueOf(await page.text(), 'token') ?? ''
    const done = await fetch(`${server.url}/rindle/maintenance/pruneRuns`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...as, cookie, origin: server.url },
      body: new URLSearchParams({ token, mode: 'dry' }),
    })
    expect([done.status, done.headers.get('location')]).toEqual([303, '/rindle/maintenance/pruneRuns'])
    expect((await application.rindle.operatorActions({ limit: 1 })).actions).toMatchObject([
      { actor: 'ana', verb: 'pruneRuns', dryRun: true, outcome: 'done' },
    ])
  })
})
