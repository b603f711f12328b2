import type { Call } from './call.ts'
import { assertSameOrigin, assertToken, TOKEN_FIELD } from './forgery.ts'
import { Refused } from './refused.ts'

const MOST_BYTES = 256 * 1024

/**
 * Reads the form of a change, after it has been shown to come from a page of the console and from this operator.
 * Refuses with 403, with 413 past 256 KiB, and with 415 what is no form.
 */
export async function readForm({ request, token }: Pick<Call, 'request' | 'token'>): Promise<URLSearchParams> {
  assertSameOrigin(request)
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(type)) throw new Refused(415, 'A form is expected.')
  const form = new URLSearchParams(await boundedText(request))
  assertToken(form.get(TOKEN_FIELD), token)
  return form
}

async function boundedText({ body }: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Refused(413, 'The form is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
