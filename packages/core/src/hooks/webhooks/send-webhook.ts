import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { DeliveryOutcome, FailedOutcome } from '../../domain/delivery-attempts.ts'
import { AddressRefused, guardedAgent } from '../../kernel/outbound/guarded-agent.ts'
import { secondsOfRetryAfter } from '../../kernel/outbound/retry-after-header.ts'
import { VERSION } from '../../kernel/version.ts'
import type { HookEvent, WebhookOptions } from '../../ports/hooks.ts'
import { signedHeaders } from './sign.ts'
import { webhookBody } from './webhook-body.ts'

/** The time for a request and its answer: what the specification recommends at most. */
export const WEBHOOK_TIMEOUT_MS = 15_000

/** Ids, names and a code: far below what the specification recommends at most, so a larger body is a defect. */
const MOST_BODY_BYTES = 64 * 1024

const MOST_ANSWER_BYTES = 64 * 1024

/** The receiver cannot serve now; that says nothing about this event. */
const UNAVAILABLE = [429, 502, 503, 504]

/**
 * Sends one event, signed. Follows no redirect, connects to public addresses alone unless the webhook allows others, and
 * reads no more of the answer than its head needs. A status of 2xx is a success. Rejects only when `signal` aborts.
 */
export async function sendWebhook(
  webhook: WebhookOptions,
  event: HookEvent,
  sentAt: Date,
  signal: AbortSignal,
  timeoutMs: number = WEBHOOK_TIMEOUT_MS,
): Promise<DeliveryOutcome> {
  const body = webhookBody(event)
  if (Buffer.byteLength(body) > MOST_BODY_BYTES)
    return failed('failed', 'limit_exceeded', 'The event is too large to send.')
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    return outcomeOf(await post(webhook, { id: event.id, sentAt, body }, AbortSignal.any([signal, limit])), sentAt)
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) {
      return failed('unreachable', 'webhook_timeout', `The receiver did not answer within ${timeoutMs / 1_000} s.`)
    }
    if (error instanceof AddressRefused) return failed('unreachable', 'address_refused', error.message)
    const code = (error as NodeJS.ErrnoException).code ?? 'no answer'
    return failed('unreachable', 'webhook_unreachable', `The receiver could not be reached: ${code}.`)
  }
}

interface Message {
  readonly id: string
  readonly sentAt: Date
  readonly body: string
}

/** Resolves with the answer once its body has ended, or was cut. */
async function post(webhook: WebhookOptions, message: Message, signal: AbortSignal): Promise<IncomingMessage> {
  const url = new URL(webhook.url)
  const isSecure = url.protocol === 'https:'
  const secrets = typeof webhook.secret === 'string' ? [webhook.secret] : webhook.secret
  const agent = guardedAgent(isSecure ? 'https:' : 'http:', { allowPrivate: webhook.allowPrivate ?? false })
  const answered = Promise.withResolvers<IncomingMessage>()
  const sending = (isSecure ? httpsRequest : httpRequest)(url, { method: 'POST', agent, signal })
  sending.setHeader('content-type', 'application/json')
  sending.setHeader('content-length', Buffer.byteLength(message.body))
  sending.setHeader('user-agent', `Rindle/${VERSION}`)
  sending.setHeaders(new Headers({ ...signedHeaders(secrets, message) }))
  sending.on('response', answered.resolve)
  sending.on('error', answered.reject)
  sending.end(message.body)
  const answer = await answered.promise
  await discard(answer)
  return answer
}

/** The status has decided already. A receiver that is cut off in its answer may take that for a failure, so it may end. */
async function discard(answer: IncomingMessage): Promise<void> {
  let bytes = 0
  try {
    for await (const chunk of answer) {
      bytes += (chunk as Buffer).byteLength
      if (bytes > MOST_ANSWER_BYTES) break
    }
  } catch (error) {
    // A broken or endless answer changes nothing; a request that was aborted is over for its caller, too.
    answer.destroy(error as Error)
  }
}

function outcomeOf({ statusCode: status = 0, headers }: IncomingMessage, now: Date): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status }
  if (status === 410) {
    return {
      kind: 'gone',
      status,
      reason: 'webhook_gone',
      message: 'The receiver answered 410, which means that it wants no more events.',
    }
  }
  if (status >= 300 && status < 400) {
    const message = `The receiver answered ${status}: redirects are not followed. Configure the URL that they lead to.`
    return { ...failed('failed', 'redirect_refused', message), status }
  }
  const isUnavailable = UNAVAILABLE.includes(status)
  const message = `The receiver answered ${status}.`
  const retryAfterSeconds = isUnavailable ? secondsOfRetryAfter(headers['retry-after'], now) : 0
  return { ...failed(isUnavailable ? 'unreachable' : 'failed', 'webhook_refused', message), status, retryAfterSeconds }
}

function failed(kind: FailedOutcome['kind'], reason: FailedOutcome['reason'], message: string): FailedOutcome {
  return { kind, status: null, reason, message }
}
