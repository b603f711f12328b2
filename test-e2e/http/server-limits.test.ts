import { once } from 'node:events'
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const SHOWN = ['docs/**/*.md', 'packages/*/README.md', 'examples/**/*.{ts,md}', 'test-e2e/http/*.ts']

it('connections that never end their headers are ended, though requests may take for ever', async () => {
  const limits = { requestTimeout: 0, headersTimeout: 200, connectionsCheckingInterval: 50 }
  const server = createServer(limits, (_request, response) => response.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const peers = Array.from({ length: 50 }, () => connect(port, '127.0.0.1'))
    const closed = peers.map((peer) => once(peer.resume(), 'close'))
    for (const peer of peers) peer.write('GET /rindle/uploads HTTP/1.1\r\nhost: a\r\nx-slow: ')
    await Promise.all(closed)
    expect(server.listening).toBe(true)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('every server that is shown or shipped keeps its limit for headers where it has none for requests', async () => {
  const shown: string[] = []
  const isMade = (name: string): boolean => /node_modules|dist|\.next/.test(name)
  for (const file of globSync(SHOWN, { cwd: ROOT, exclude: isMade })) {
    for (const [line] of (await readFile(join(ROOT, file), 'utf8')).matchAll(/^.*requestTimeout: 0.*$/gm)) {
      // A sentence about the option alone is none about a server.
      if (/createServer|serverOptions/.test(line)) shown.push(`${file}: ${line}`)
    }
  }
  expect(shown.length).toBeGreaterThan(3)
  for (const line of shown) expect(line).toMatch(/headersTimeout: [1-9]/)
})
