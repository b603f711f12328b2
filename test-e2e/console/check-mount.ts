import { rindleConsole } from '@rindle/console'
import type { Profiles, Rindle } from '@rindle/core'
import { expect } from 'vitest'
import { valueOf } from './operator.ts'

/** The console of the mount tests, at `/rindle`; the header `x-actor` says who asks. */
export function mountedConsole<Ps extends Profiles>(rindle: Rindle<Ps>): ReturnType<typeof rindleConsole> {
  return rindleConsole(rindle, {
    basePath: '/rindle',
    actor: (request) => {
      const id = request.headers.get('x-actor')
      return id === null ? null : { id }
    },
    can: () => true,
  })
}

/** Checks that it shows its pages to those who are signed in, and its files to everybody, and that it takes forms. */
export async function checkMount<Ps extends Profiles>(origin: string, rindle: Rindle<Ps>): Promise<void> {
  const as = { 'x-actor': 'ana' }
  expect((await fetch(`${origin}/rindle`)).status).toBe(401)
  for (const path of ['/rindle', '/rindle/assets?state=ready', '/rindle/doctor']) {
    const page = await fetch(`${origin}${path}`, { headers: as })
    expect([path, page.status, page.headers.get('referrer-policy')]).toEqual([path, 200, 'no-referrer'])
  }
  const style = await fetch(`${origin}/rindle/files/console.css`)
  expect(style.headers.get('content-type')).toMatch(/^text\/css/)
  const page = await fetch(`${origin}/rindle/maintenance/pruneRuns`, { headers: as })
  const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
  const token = valueOf(await page.text(), 'token') ?? ''
  const done = await fetch(`${origin}/rindle/maintenance/pruneRuns`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...as, cookie, origin },
    body: new URLSearchParams({ token, mode: 'dry' }),
  })
  expect([done.status, done.headers.get('location')]).toEqual([303, '/rindle/maintenance/pruneRuns'])
  expect((await rindle.operatorActions({ limit: 1 })).actions).toMatchObject([
    { actor: 'ana', verb: 'pruneRuns', dryRun: true, outcome: 'done' },
  ])
}
