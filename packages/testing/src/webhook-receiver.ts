import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '@rindle/core'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'

/** Options of {@link webhookReceiver}. */
export interface WebhookReceiverOptions {
  /** The secret that signatures must prove. @default a new one */
  readonly secret?: string
  /** The port. @default any free one */
  readonly port?: number
}

/** A webhook as it came, with a signature that is right. */
export interface ReceivedWebhook {
  /** The id of the event: the same at every attempt. */
  readonly id: string
  /** "asset.ready". */
  readonly type: string
  /** The time of the event. */
  readonly timestamp: Date
  readonly data: JsonObject
}

/**
 * An answer of the receiver: a status, with headers if need be; `hang`: none at all; `reset`: the connection breaks.
 */
export type WebhookAnswer =
  | number
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | 'hang'
  | 'reset'

/** A receiver of webhooks. Made by {@link webhookReceiver}. */
export interface WebhookReceiver extends AsyncDisposable {
  /** For the option `url` of a webhook; its address is private, so `allowPrivate` is needed. */
  readonly url: string
  readonly secret: string
  /** Everything that came with the right signature, attempt by attempt. */
  readonly attempts: readonly ReceivedWebhook[]
  /** Those attempts that were answered with success. */
  readonly accepted: readonly ReceivedWebhook[]
  /** Why requests were refused that were no webhook, or had no right signature. */
  readonly refused: readonly string[]
  /** Sets the answer to the attempts from now on, for all or by what came. @default 204 */
  answer(answer: WebhookAnswer | ((received: ReceivedWebhook) => WebhookAnswer)): void
  /** Stops it; requests that hang are cut. Safe to repeat. */
  close(): Promise<void>
}

/**
 * Starts a server on this machine that takes webhooks and verifies them with the library of the Standard Webhooks
 * specification, so that you can test how your events arrive, and what happens when your receiver fails.
 */
export async function webhookReceiver(options: WebhookReceiverOptions = {}): Promise<WebhookReceiver> {
  const secret = options.secret ?? `whsec_${randomBytes(32).toString('base64')}`
  const verifier = new Webhook(secret)
  const attempts: ReceivedWebhook[] = []
  const accepted: ReceivedWebhook[] = []
  const refused: string[] = []
  let answerTo: (received: ReceivedWebhook) => WebhookAnswer = () => 204
  const server = createServer((request, response) => void receive(request, response))

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const received = await verified(verifier, request)
      attempts.push(received)
      const given = answerTo(received)
      if (isSuccess(given)) accepted.push(received)
      give(given, response)
    } catch (error) {
      refused.push(error instanceof Error ? error.message : String(error))
      response.writeHead(error instanceof WebhookVerificationError ? 401 : 400).end()
    }
  }

  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const close = closing(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    secret,
    attempts,
    accepted,
    refused,
    answer: (answer) => {
      answerTo = typeof answer === 'function' ? answer : () => answer
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function verified(verifier: Webhook, request: IncomingMessage): Promise<ReceivedWebhook> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const message = verifier.verify(await text(request), headers) as {
    readonly type: string
    readonly timestamp: string
    readonly data: JsonObject
  }
  const { type, timestamp, data } = message
  return { id: headers['webhook-id'] ?? '', type, timestamp: new Date(timestamp), data }
}

function isSuccess(answer: WebhookAnswer): boolean {
  const status = typeof answer === 'object' ? answer.status : answer
  return typeof status === 'number' && status >= 200 && status < 300
}

function give(answer: WebhookAnswer, response: ServerResponse): void {
  if (answer === 'hang') return
  if (answer === 'reset') (response.socket as Socket).resetAndDestroy()
  else if (typeof answer === 'number') response.writeHead(answer).end()
  else response.writeHead(answer.status, answer.headers).end()
}

function closing(server: Server): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
}
