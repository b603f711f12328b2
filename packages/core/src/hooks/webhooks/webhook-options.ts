import { isIP } from 'node:net'
import { z } from 'zod'
import { HOOK_EVENT_TYPES } from '../../domain/hook-events.ts'
import { isPublicAddress } from '../../kernel/outbound/public-address.ts'
import { isWebhookSecret } from './sign.ts'

const secret = z.custom<string>(
  isWebhookSecret,
  'must be a Standard Webhooks secret: whsec_ and 24 to 64 random bytes in Base64',
)

const webhookSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, _ and -, and begin with a letter'),
    url: z.string(),
    secret: z.union([secret, z.tuple([secret, secret])]),
    events: z.array(z.enum(HOOK_EVENT_TYPES)).min(1),
    profiles: z.array(z.string()).min(1).optional(),
    allowPrivate: z.boolean().optional(),
  })
  .superRefine((webhook, context) => {
    const problem = urlProblem(webhook)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['url'], message: problem })
  })

/** The option `webhooks`, with every problem. Names are unique. */
export const webhooksSchema: z.ZodType = z.array(webhookSchema).superRefine((webhooks, context) => {
  const seen = new Set<string>()
  for (const [index, { name }] of webhooks.entries()) {
    const message = `there is another webhook "${name}"`
    if (seen.has(name)) context.addIssue({ code: 'custom', path: [index, 'name'], message })
    seen.add(name)
  }
})

/** Never repeats the URL: it may hold a secret. */
function urlProblem({
  url: text,
  allowPrivate = false,
}: {
  readonly url: string
  readonly allowPrivate?: boolean | undefined
}): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'must be a URL such as https://app.example/hooks'
  if (url.username !== '' || url.password !== '')
    return 'must not contain a user or a password: the signature proves the sender'
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) {
    return 'must begin with https://; http:// only with allowPrivate, within your own network'
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (allowPrivate || isIP(host) === 0 || isPublicAddress(host)) return undefined
  return 'is not a public address: set allowPrivate for a receiver in your own network'
}
