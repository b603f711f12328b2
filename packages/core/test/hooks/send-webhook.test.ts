import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { sendWebhook } from '../../src/hooks/webhooks/send-webhook.ts'
import type { HookEvent, WebhookOptions } from '../../src/ports/hooks.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const event: HookEvent = {
  id: '019a3b1c-7d2e-7f00-8000-000000000001',
  type: 'asset.ready',
  occurredAt: new Date(0),
  assetId: '019a3b1c-7d2e-7f00-8000-000000000002',
  profile: 'photo',
  state: 'ready',
  variantName: null,
  sessionId: null,
  owner: null,
  slot: null,
  reason: null,
}

let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** A webhook to a receiver that answers like this. */
async function webhookTo(answer: RequestListener): Promise<WebhookOptions> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    name: 'r',
    url: `http://127.0.0.1:${port}/secret-path`,
    secret: SECRET,
    events: ['asset.ready'],
    allowPrivate: true,
  }
}

const send = (webhook: WebhookOptions, signal = new AbortController().signal, timeoutMs?: number) =>
  sendWebhook(webhook, event, new Date(), signal, timeoutMs)

it('a receiver that hangs cannot be reached', async () => {
  const { signal } = new AbortController()
  expect(await send(await webhookTo(() => {}), signal, 200)).toEqual({
    kind: 'unreachable',
    status: null,
    reason: 'webhook_timeout',
    message: 'The receiver did not answer within 0.2 s.',
  })
})

it('an answer that never ends counts by its status, and is not read to its end', async () => {
  let sent = 0
  const webhook = await webhookTo((_request, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384
    }
    response.on('drain', more)
    more()
  })
  expect(await send(webhook)).toEqual({ kind: 'delivered', status: 200 })
  expect(sent).toBeLessThan(50_000_000)
})

it('an answer that stops in its middle counts by its status', async () => {
  const webhook = await webhookTo((_request, response) => {
    response.writeHead(202, { 'content-length': 100 }).write('a', () => response.destroy())
  })
  expect(await send(webhook)).toEqual({ kind: 'delivered', status: 202 })
})

it('a connection that nobody takes cannot be reached, and the URL is not told', async () => {
  const webhook = await webhookTo(() => {})
  await new Promise((resolve) => server.close(resolve))
  const outcome = await send(webhook)
  expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'webhook_unreachable' })
  expect(JSON.stringify(outcome)).not.toContain('secret-path')
})

it('a worker that stops ends the request, which says nothing about the receiver', async () => {
  const stop = new AbortController()
  const webhook = await webhookTo(() => stop.abort(new Error('The worker stops.')))
  await expect(send(webhook, stop.signal)).rejects.toThrow('The worker stops.')
})

it.each([
  [200, 'delivered'],
  [204, 'delivered'],
  [301, 'failed'],
  [400, 'failed'],
  [404, 'failed'],
  [410, 'gone'],
  [429, 'unreachable'],
  [500, 'failed'],
  [502, 'unreachable'],
  [503, 'unreachable'],
  [504, 'unreachable'],
] as const)('the status %d means %s', async (status, kind) => {
  const webhook = await webhookTo((_request, response) => void response.writeHead(status).end())
  expect(await send(webhook)).toMatchObject({ kind, status })
})

it.each([
  ['120', 120],
  [new Date(Date.now() + 3_600_000).toUTCString(), 3_600],
  ['-5', 0],
  ['soon', 0],
])('the receiver asks to wait: %s', async (retryAfter, seconds) => {
  const webhook = await webhookTo((_request, response) => {
    response.writeHead(503, { 'retry-after': retryAfter }).end()
  })
  const outcome = await send(webhook)
  const asked = 'retryAfterSeconds' in outcome ? (outcome.retryAfterSeconds ?? 0) : -1
  expect(Math.abs(asked - seconds)).toBeLessThan(60)
})
