import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { incomingOf, toNodeHandler } from '@rindle/http'
import { expect, it } from 'vitest'

interface Signed {
  readonly user: string
}

it('an actor finds what a middleware put on the request of node:http, body read or not', async () => {
  const whoami = async (request: Request): Promise<Response> => new Response(incomingOf<Signed>(request)?.user)
  const answer = toNodeHandler(Object.assign(whoami, { basePath: '/rindle' }))
  const signed: RequestListener = (incoming, outgoing) => answer(Object.assign(incoming, { user: 'ana' }), outgoing)
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/rindle/parsed') return signed(incoming, outgoing)
    return void text(incoming).then((body) => signed(Object.assign(incoming, { body }), outgoing))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const names = ['streamed', 'parsed'].map(async (name) => {
      const response = await fetch(`${origin}/rindle/${name}`, { method: 'POST', body: '{}' })
      return response.text()
    })
    expect(await Promise.all(names)).toEqual(['ana', 'ana'])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('a request that no server of Node made has none', () => {
  expect(incomingOf(new Request('http://localhost/'))).toBeUndefined()
})
