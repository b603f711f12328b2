import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedAgent, type Lookup } from '../../../src/kernel/outbound/guarded-agent.ts'
import { isPublicAddress } from '../../../src/kernel/outbound/public-address.ts'

// Hosts of URLs, as a person might write them: the URL parser turns numbers of every form into addresses.
const REFUSED = words(`
  127.0.0.1 127.1 127.255.255.254 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 ①②⑦.⓪.⓪.① 127。0。0。1
  127.0.0.1. %31%32%37.0.0.1 0.0.0.0 0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1
  192.168.255.255 169.254.169.254 0xa9fea9fe 2852039166 169.254.170.2 169.254.0.1 100.64.0.1 100.127.255.255
  100.100.100.200 192.0.0.192 168.63.129.16 192.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1
  198.19.255.255 192.88.99.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 [::] [::1]
  [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:a9fe:a9fe] [::ffff:0a00:1] [::127.0.0.1] [::ffff:0:127.0.0.1]
  [64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::7f00:1] [fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254]
  [fd20:ce::254] [2002:7f00:1::] [2002:a9fe:a9fe::] [2001::1] [2001:db8::1] [3fff::1] [100::1] [ff02::1]
  [5f00::1] [2001:2::1] [2001:20::1] [4000::1]
`)
const ALLOWED = words(`
  1.1.1.1 8.8.8.8 11.0.0.1 172.32.0.1 100.128.0.1 192.0.1.1 198.20.0.1 223.255.255.254 16843009
  [2606:4700:4700::1111] [2a00:1450:4001::1]
`)
/** The addresses of names, one list for each time that the name is looked up. */
const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'loop4.test': [['127.0.0.1']],
  'loop6.test': [['::1']],
  'mapped.test': [['::ffff:127.0.0.1']],
  'metadata.test': [['169.254.169.254']],
  'mixed.test': [['1.1.1.1', '127.0.0.1']],
  'nowhere.test': [[]],
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
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
  it.each(REFUSED)('never connects to %s', async (host) => {
    expect(isPublicAddress(addressOf(host))).toBe(false)
    expect(await errorOf(host)).toMatchObject({ code: 'address_refused' })
  })

  it.each(ALLOWED)('takes %s for public', (host) => {
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
