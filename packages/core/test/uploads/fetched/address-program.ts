import { createSocket, type RemoteInfo } from 'node:dgram'
import { Resolver } from 'node:dns'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { isIP } from 'node:net'
import type { Lookup } from '../../../src/kernel/outbound/guarded-agent.ts'
import { openUrl } from '../../../src/uploads/fetched/open-url.ts'

// A program for a network of its own, in which every address is this machine: what is connected to is seen here.
// node address-program.ts, with { refused, allowed } on stdin; answers with what was reached, as JSON.

/** The addresses of names; a list for each time that the name is asked for, the last one for ever. */
const NAMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'public.test': [['1.1.1.1']],
  'loop.test': [['127.0.0.1']],
  'mixed.test': [['1.1.1.1', '127.0.0.1']],
  'metadata.test': [['169.254.169.254']],
  'rebind.test': [['1.1.1.1'], ['127.0.0.1']],
}
const REBINDING = 4

interface Asked {
  readonly refused: readonly string[]
  readonly allowed: readonly string[]
}

const reached: string[] = []
const server = createServer((request, response) => {
  reached.push(request.socket.localAddress?.replace(/^::ffff:/, '') ?? '')
  const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to')
  if (to === null) response.end('file')
  // As servers send characters that are not ASCII: as bytes.
  else response.writeHead(302, { location: Buffer.from(to).toString('latin1') }).end()
}).listen(80, '::')
await once(server, 'listening')

const asked = new Map<string, number>()
const nameServer = createSocket('udp4')
nameServer.on('message', (query, peer) => answerName(query, peer))
nameServer.bind(5353, '127.0.0.1')
await once(nameServer, 'listening')
const resolver = new Resolver()
resolver.setServers(['127.0.0.1:5353'])
const lookup: Lookup = (hostname, _options, done) => {
  resolver.resolve4(hostname, (error, addresses: string[] | undefined) =>
    done(
      error,
      (addresses ?? []).map((address) => ({ address, family: isIP(address) })),
    ),
  )
}

/** Answers a question for addresses with all of them, and with no time for which they may be kept. */
function answerName(query: Buffer, peer: RemoteInfo): void {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const name = labels.join('.').toLowerCase()
  const times = asked.get(name) ?? 0
  asked.set(name, times + 1)
  const lists = NAMES[name] ?? [[]]
  const addresses = lists[Math.min(times, lists.length - 1)] ?? []
  const question = query.subarray(12, at + 5)
  const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, addresses.length, 0, 0, 0, 0])
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  )
  nameServer.send(Buffer.concat([head, question, ...records]), peer.port, peer.address)
}

/** The outcome of one URL, with the addresses that were connected to on its way. */
async function outcome(url: string): Promise<{ readonly result: string; readonly reached: readonly string[] }> {
  reached.length = 0
  const network = { allowHttp: true, lookup }
  const request = { url, headers: {}, hosts: null, rest: null, network, now: new Date(0) }
  try {
    const { status, body } = await openUrl({ ...request, signal: AbortSignal.timeout(5_000) })
    body.destroy()
    return { result: String(status), reached: [...reached] }
  } catch (error) {
    const { reason } = error as { reason?: string }
    return { result: reason ?? String(error), reached: [...reached] }
  }
}

const text = await Array.fromAsync(process.stdin.setEncoding('utf8'))
const { refused, allowed } = JSON.parse(text.join('')) as Asked
const names = ['loop.test', 'mixed.test', 'metadata.test', 'nowhere.test']
const answers: Record<string, Awaited<ReturnType<typeof outcome>>> = {}
for (const host of [...refused, ...names, ...allowed, 'public.test']) answers[host] = await outcome(`http://${host}/`)
for (const host of [...refused, ...names]) {
  answers[`redirect to ${host}`] = await outcome(`http://1.1.1.1/?to=${encodeURIComponent(`http://${host}/`)}`)
}
for (let time = 1; time <= REBINDING; time += 1) answers[`rebind.test, ${time}`] = await outcome('http://rebind.test/')
process.stdout.write(JSON.stringify(answers))
process.exit(0)
