import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { isWebhookSecret, signedHeaders } from '../../src/hooks/webhooks/sign.ts'
import { webhookBody } from '../../src/hooks/webhooks/webhook-body.ts'
import type { HookEvent } from '../../src/ports/hooks.ts'

const event: HookEvent = {
  id: '019a3b1c-7d2e-7f00-8000-000000000001',
  type: 'variant.failed',
  occurredAt: new Date('2026-11-29T10:00:00.000Z'),
  assetId: '019a3b1c-7d2e-7f00-8000-000000000002',
  profile: 'photo',
  state: 'failed',
  variantName: 'thumb',
  sessionId: null,
  owner: { type: 'user', id: '7' },
  slot: 'cover',
  reason: 'corrupt_media',
}

it('a body has the type, the time, and the facts that apply', () => {
  expect(JSON.parse(webhookBody(event))).toEqual({
    type: 'variant.failed',
    timestamp: '2026-11-29T10:00:00.000Z',
    data: {
      assetId: event.assetId,
      profile: 'photo',
      state: 'failed',
      variantName: 'thumb',
      owner: { type: 'user', id: '7' },
      slot: 'cover',
      reason: 'corrupt_media',
    },
  })
})

it.each(['a', '"', '\u0001', '\u{1F4A5}'])(
  'no body is longer than the specification recommends, with names of %j',
  (text) => {
    // The longest name that a row stores; JSON escapes some characters.
    const name = text.repeat(255)
    const body = webhookBody({ ...event, variantName: name, owner: { type: name, id: name }, slot: name, reason: name })
    expect(Buffer.byteLength(body)).toBeLessThan(64 * 1024)
  },
)

it('a signature is the one of the specification', () => {
  // Its own example.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const body = '{"test": 2432232314}'
  const sentAt = new Date(1_614_265_330_000)
  expect(signedHeaders([secret], { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAt, body })).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

it.each([24, 32, 64])('%d random bytes are a secret', (bytes) => {
  expect(isWebhookSecret(`whsec_${randomBytes(bytes).toString('base64')}`)).toBe(true)
})

it.each([
  '',
  'secret',
  'whsec_',
  `whsec_${randomBytes(23).toString('base64')}`,
  `whsec_${randomBytes(65).toString('base64')}`,
  randomBytes(32).toString('base64'),
  'whsec_not base64 at all, but long enough to be one',
  undefined,
])('%j is no secret', (secret) => {
  expect(isWebhookSecret(secret)).toBe(false)
})
