import { expect, it } from 'vitest'
import { withCors } from '../src/cors.ts'

const ORIGIN = 'https://app.example'
const request = new Request('https://media.example/rindle/tus', { headers: { origin: ORIGIN } })

it('lets a page of an allowed origin read a redirect, whose headers are immutable', () => {
  const answer = withCors(request, Response.redirect('https://sign-in.example/', 303), [ORIGIN])

  expect(answer.status).toBe(303)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    location: 'https://sign-in.example/',
    vary: 'Origin',
    'access-control-allow-origin': ORIGIN,
  })
})

it('keeps the status, the body and every cookie of an answer, and leaves the given one as it was', async () => {
  const given = new Response('Sign in first.', {
    status: 401,
    statusText: 'Nobody',
    headers: [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
  })

  const answer = withCors(request, given, [ORIGIN])

  expect([answer.status, answer.statusText, await answer.text()]).toEqual([401, 'Nobody', 'Sign in first.'])
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(given.headers.has('access-control-allow-origin')).toBe(false)
})
