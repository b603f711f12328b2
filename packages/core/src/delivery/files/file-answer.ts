import { Readable } from 'node:stream'
import { unlessStalled } from './idle-timeout.ts'

/** A request for a file, without the Fetch API. */
export interface FileCall {
  readonly method: string
  /** The path of its URL: the last segment is the token. */
  readonly path: string
  /** By lower-case name; `null` for one that it does not have. */
  readonly headers: Pick<Headers, 'get'>
}

/** The answer to a {@link FileCall}. */
export interface FileAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Send it whole: small ones are in memory, others stream. `null`: there is none. */
  readonly body: Uint8Array | Readable | null
}

/** The answer as the Fetch API has it. A body that streams fails when its reader stalls for `idleTimeoutMs`. */
export function toResponse({ status, headers, body }: FileAnswer, idleTimeoutMs: number): Response {
  const sent = body instanceof Readable ? unlessStalled(body, idleTimeoutMs) : (body as Uint8Array<ArrayBuffer> | null)
  return new Response(sent, { status, headers })
}

/** A small answer of the Fetch API, such as a refusal, without it. */
export async function toAnswer(response: Response): Promise<FileAnswer> {
  const body = response.body === null ? null : new Uint8Array(await response.arrayBuffer())
  const length = body === null ? {} : { 'content-length': String(body.byteLength) }
  return { status: response.status, headers: { ...Object.fromEntries(response.headers), ...length }, body }
}
