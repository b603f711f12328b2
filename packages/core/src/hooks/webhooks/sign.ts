import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
const FEWEST_BYTES = 24
const MOST_BYTES = 64

/** The headers of the Standard Webhooks specification. */
export interface WebhookHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * Signs a message by the Standard Webhooks specification, once with each secret, so that a receiver may have either one
 * while secrets are rotated. Pure.
 */
export function signedHeaders(
  secrets: readonly string[],
  message: { readonly id: string; readonly sentAt: Date; readonly body: string },
): WebhookHeaders {
  const timestamp = String(Math.floor(message.sentAt.getTime() / 1_000))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  )
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** Whether a text is a secret of the specification. Pure. */
export function isWebhookSecret(secret: unknown): boolean {
  if (typeof secret !== 'string' || !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) return false
  const { length } = keyOf(secret)
  return length >= FEWEST_BYTES && length <= MOST_BYTES
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64')
}
