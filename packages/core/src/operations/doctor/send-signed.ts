import type { SignedRequest } from '../../ports/storage.ts'
import { reasonOf } from './reason-of.ts'

const MOST_BYTES = 65_536

/** The answer to a signed request. */
export interface SignedAnswer {
  readonly status: number
  readonly headers: Headers
  /** The first 64 KiB. */
  readonly body: Buffer
}

/** No server answers at the target of a signed request; a browser may still reach it. */
export class Unreachable extends Error {
  /** Scheme, host and port: the rest of the URL is a secret. */
  readonly origin: string

  constructor(url: string, cause: unknown) {
    super(reasonOf(cause), { cause })
    const { origin, protocol } = new URL(url)
    this.origin = origin === 'null' ? protocol : origin
  }
}

/** Sends a signed request as a plain HTTP client does. Throws {@link Unreachable}, or the reason of the signal. */
export async function sendSigned(
  { url, method, headers }: SignedRequest,
  signal: AbortSignal,
  body?: Buffer<ArrayBuffer>,
): Promise<SignedAnswer> {
  return exchange(url, { method, headers, signal, ...(body === undefined ? {} : { body }) })
}

/** Sends any request and reads the beginning of the answer. */
export async function exchange(url: string, init: RequestInit & { signal: AbortSignal }): Promise<SignedAnswer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual' })
    return { status: response.status, headers: response.headers, body: await beginningOf(response) }
  } catch (error) {
    init.signal.throwIfAborted()
    throw new Unreachable(url, error)
  }
}

async function beginningOf({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (body === null) return Buffer.alloc(0)
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= MOST_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES)
}
