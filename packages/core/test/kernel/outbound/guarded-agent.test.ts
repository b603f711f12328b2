import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedAgent, type Lookup } from '../../../src/kernel/outbound/guarded-agent.ts'
import { isPublicAddress } from '../../../src/kernel/outbound/public-address.ts'
import { PRIVATE_HOSTS, PUBLIC_HOSTS } from './address-lists.ts'

/** The addresses of names, one list for each time that the name is looked up. */
const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'loop4.test': [['127.0.0.1']],
  'loop6.test': [['::1']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'metadata.test': [['169.254.169.254']],
  'mixed.test': [['1.1.1.1', '127.0.0.1']],
  'nowhere.test': [[]],
}

let server: Server
let reached = 0
beforeAll(async () => {
  server = createServer((_request, response) => {
    reached += 1
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

const addressOf = (host: string): string => new URL(`http://${host}/`).hostname.replace(/^\[|\]$/g, '')

const lookup: Lookup = (hostname, _options, done) => {
  const addresses = NAMES[hostname]?.[0] ?? []
  done(
    null,
    addresses.map((address): LookupAddress => ({ address, family: isIP(address) })),
  )
}

function errorOf(host: string, agent = guardedAgent('http:', { lookup })): Promise<Error | null> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve) => {
    const sending = request(`http://${host}:${port}/`, { agent }, (response) => {
      response.resume()
      resolve(null)
    })
    sending.on('error', resolve)
    sending.end()
  })
}

describe('a guarded agent', () => {
  it.each(PRIVATE_HOSTS)('never connects to %s', async (host) => {
    expect(isPublicAddress(addressOf(host))).toBe(false)
    expect(await errorOf(host)).toMatchObject({ code: 'address_refused' })
  })

  it.each(PUBLIC_HOSTS)('takes %s for public', (host) => {
    expect(isPublicAddress(addressOf(host))).toBe(true)
  })

  it.each(Object.keys(NAMES))('refuses the name %s for one of its addresses', async (name) => {
    expect(await errorOf(name)).toMatchObject({ code: 'address_refused' })
  })

  it('looks a name up once, so that a second answer cannot lead elsewhere', async () => {
    let asked = 0
    const rebinding: Lookup = (_hostname, _options, done) => {
      asked += 1
      done(null, [{ address: asked === 1 ? '127.0.0.1' : '1.1.1.1', family: 4 }])
    }
    expect(await errorOf('rebind.test', guardedAgent('http:', { lookup: rebinding }))).toMatchObject({
      code: 'address_refused',
    })
    expect(asked).toBe(1)
  })

  it('reaches nothing of this machine, unless private addresses are allowed', async () => {
    expect(reached).toBe(0)
    expect(await errorOf('127.0.0.1', guardedAgent('http:', { allowPrivate: true }))).toBeNull()
    expect(reached).toBe(1)
    reached = 0
  })
})

it.each(['', 'localhost', '1.1.1', '1.1.1.1 ', 'fe80::1%eth0', '::ffff:1.1.1.1'])(
  '"%s" is no public address',
  (text) => {
    expect(isPublicAddress(text)).toBe(false)
  },
)

it('through a proxy, every connection is one to the proxy', async () => {
  const seen: string[] = []
  const proxy = createServer((incoming, response) => {
    seen.push(incoming.url ?? '')
    response.end()
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  try {
    const { port } = proxy.address() as AddressInfo
    process.env['NO_PROXY'] = 'loop4.test'
    const agent = guardedAgent('http:', { proxy: `http://127.0.0.1:${port}` })
    expect(await errorOf('loop4.test', agent)).toBeNull()
    expect(seen).toEqual([expect.stringMatching(/^http:\/\/loop4\.test:\d+\/$/)])
    expect(reached).toBe(0)
  } finally {
    delete process.env['NO_PROXY']
    proxy.close()
  }
})
