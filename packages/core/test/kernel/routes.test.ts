import { describe, expect, it } from 'vitest'
import { matchRoute } from '../../src/kernel/routes.ts'

const routes = [
  { method: 'POST', path: '/uploads', handle: 'begin' },
  { method: 'GET', path: '/uploads/:id', handle: 'show' },
  { method: 'DELETE', path: '/uploads/:id', handle: 'abort' },
  { method: 'POST', path: '/uploads/:id/parts/:number', handle: 'part' },
]

describe('a path', () => {
  it.each([
    ['POST', '/uploads', 'begin', []],
    ['GET', '/uploads/7', 'show', ['7']],
    ['DELETE', '/uploads/7', 'abort', ['7']],
    ['POST', '/uploads/a%2fb/parts/1', 'part', ['a%2fb', '1']],
  ])('%s %s leads to its route', (method, path, handle, params) => {
    expect(matchRoute(routes, method, path)).toMatchObject({ found: 'route', route: { handle }, params })
  })

  it.each(['', '/', '/upload', '/uploads/', '/uploads//parts/1', '/uploads/7/', '/Uploads', '/uploads/7/parts/1/2'])(
    '%j leads nowhere',
    (path) => {
      expect(matchRoute(routes, 'GET', path)).toEqual({ found: 'nothing' })
    },
  )

  it('that is there for other methods names them', () => {
    expect(matchRoute(routes, 'PUT', '/uploads/7')).toEqual({ found: 'path', allow: 'GET, DELETE' })
  })
})
