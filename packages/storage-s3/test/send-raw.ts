import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request with nothing added: `fetch` would set the length by itself. */
export interface RawRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The answer; status 0 if the connection ended without one. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

const UNANSWERED: RawResponse = { status: 0, headers: {}, body: '' }

/**
 * Sends a request with the headers as they stand; without a `content-length` among them the body goes in chunks. With
 * `isCutOff` the connection is closed for writing after the body, whatever length was said.
 */
export function sendRaw(
  { method, url, headers }: RawRequest,
  body: Uint8Array = new Uint8Array(),
  { isCutOff = false }: { readonly isCutOff?: boolean } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const { statusCode = 0, headers: received } = response
      text(response).then((answer) => resolve({ status: statusCode, headers: received, body: answer }), reject)
    })
    if (isCutOff) {
      sent.once('error', () => resolve(UNANSWERED))
      sent.write(body, () => sent.socket?.end())
    } else {
      sent.once('error', reject)
      // The length of a body that comes by `end` alone is known, and Node would add it.
      sent.write(body)
      sent.end()
    }
  })
}
