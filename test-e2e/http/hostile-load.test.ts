import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { clientOf, send } from './client.ts'
import { connectTo, hasHead, type RawConnection, statusOf } from './raw-request.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

const MEGABYTE = 1024 * 1024
const IDLE_MS = 1_500
const PEERS = 40

let server: ServerProcess
let fileUrl: string
let peakBefore: number

beforeAll(async () => {
  server = await startServerProcess(IDLE_MS)
  fileUrl = await storedFile(24 * MEGABYTE)
  peakBefore = (await server.report()).peakBytes
})
afterAll(async () => server[Symbol.asyncDispose]())

/** A PDF as far as its first bytes say, delivered by a signed URL. */
async function storedFile(byteSize: number): Promise<string> {
  const ann = clientOf(server.url)
  const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(byteSize - 9, 'a')])
  const upload = await ann.begin(document(byteSize))
  await send(upload.request, bytes)
  await ann.complete(upload.id)
  return vi.waitFor(
    async () => {
      const { url } = await ann.asset(upload.assetId)
      if (url === null) throw new Error('It is not available yet.')
      return url
    },
    { timeout: 10_000 },
  )
}

const document = (byteSize: number) => ({
  profile: 'document',
  filename: 'a.pdf',
  contentType: 'application/pdf',
  byteSize,
})

/** Other clients get their answer without a noticeable delay. */
async function expectServing(): Promise<void> {
  const begun = performance.now()
  const upload = await clientOf(server.url, 'bob').begin(document(5))
  expect((await send(upload.request, Buffer.from('%PDF-'))).status).toBe(200)
  expect(performance.now() - begun).toBeLessThan(1_500)
}

async function expectBounded(): Promise<void> {
  const { peakBytes, errors } = await server.report()
  expect(peakBytes - peakBefore).toBeLessThan(96 * MEGABYTE)
  expect(errors).toEqual([])
}

/** As many connections as {@link PEERS}, closed at the end. */
async function withPeers(work: (peers: readonly RawConnection[]) => Promise<void>): Promise<void> {
  const peers = Array.from({ length: PEERS }, () => connectTo(server.url))
  try {
    await work(peers)
  } finally {
    for (const peer of peers) peer[Symbol.dispose]()
  }
}

it('a large file passes through without being held', async () => {
  const byteSize = 160 * MEGABYTE
  const upload = await clientOf(server.url).begin(document(byteSize))
  const { url = '', headers = {} } = upload.request ?? {}
  const chunk = Buffer.alloc(MEGABYTE, 'a')
  const outgoing = httpRequest(url, { method: 'PUT', headers: { ...headers, 'content-length': byteSize } })
  const answered = once(outgoing, 'response')
  await pipeline(
    Array.from({ length: 160 }, () => chunk),
    outgoing,
  )
  const [incoming] = (await answered) as [IncomingMessage]
  expect(incoming.resume().statusCode).toBe(200)
  await expectBounded()
})

it('stalled bodies delay no other request, end with 408 and leave nothing', async () => {
  const { request } = await clientOf(server.url).begin(document(100_000))
  const put = `PUT ${new URL(request?.url ?? '').pathname} HTTP/1.1\r\nhost: a\r\ncontent-type: application/pdf\r\n`
  const post = 'POST /rindle/uploads HTTP/1.1\r\nhost: a\r\nx-actor: eve\r\ncontent-type: application/json\r\n'
  await withPeers(async (peers) => {
    for (const [index, peer] of peers.entries())
      peer.write(`${index % 2 ? put : post}content-length: 5000\r\n\r\n{"pro`)
    await expectServing()
    const answers = await Promise.all(peers.map((peer) => peer.until(hasHead)))
    expect(new Set(answers.map(statusOf))).toEqual(new Set([408]))
  })
  expect(await server.temporaryFiles()).toEqual([])
  await expectBounded()
})

it('a body of no end is refused while it comes, and its sender is cut off', async () => {
  const { request } = await clientOf(server.url).begin(document(1_000))
  const put = `PUT ${new URL(request?.url ?? '').pathname} HTTP/1.1\r\nhost: a\r\ncontent-type: application/pdf\r\n`
  const post = 'POST /rindle/uploads HTTP/1.1\r\nhost: a\r\nx-actor: eve\r\ncontent-type: application/json\r\n'
  const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`
  for (const head of [put, post]) {
    using line = connectTo(server.url)
    const closed = new Promise((resolve) => line.socket.once('close', resolve))
    line.write(`${head}transfer-encoding: chunked\r\n\r\n`)
    const pour = (): void => {
      while (!line.socket.destroyed && line.socket.write(chunk));
    }
    line.socket.on('drain', pour)
    pour()
    expect(statusOf(await line.until(hasHead))).toBe(413)
    await closed
  }
  await expectServing()
  await expectBounded()
}, 20_000)

it('a length that is too large is refused before the body comes', async () => {
  const { request } = await clientOf(server.url).begin(document(1_000))
  using line = connectTo(server.url)
  line.write(
    `PUT ${new URL(request?.url ?? '').pathname} HTTP/1.1\r\nhost: a\r\ncontent-type: application/pdf\r\ncontent-length: 999999999999\r\n\r\n`,
  )
  expect(statusOf(await line.until(hasHead))).toBe(413)
})

it('readers that stall are cut off, and cost next to nothing until then', async () => {
  await withPeers(async (peers) => {
    const ended = peers.map((peer) => new Promise((resolve) => peer.socket.once('close', resolve)))
    for (const peer of peers) {
      peer.write(`GET ${new URL(fileUrl).pathname} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
      await peer.until(hasHead)
      peer.socket.pause()
    }
    await expectServing()
    await expectBounded()
    // The bytes that were sent before are still readable; the rest of the file never comes.
    await vi.waitFor(async () => expect((await server.report()).connections).toBeLessThan(PEERS / 4), {
      timeout: 10_000,
    })
    for (const peer of peers) peer.socket.resume()
    await Promise.all(ended)
    // The few that were still connected then continue to the end.
    const whole = peers.filter((peer) => peer.receivedBytes() > 24 * MEGABYTE)
    expect(whole.length).toBeLessThan(PEERS / 4)
  })
})
