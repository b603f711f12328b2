import type { Rindle } from '@rindle/core'

/** The request. */
export interface Ask {
  readonly accept?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal
}

/** The answer. */
export interface Answer {
  readonly status: number
  readonly header: (name: string) => string | null
  readonly bytes: Buffer
  /** Of a problem. */
  readonly code: string | null
}

/** Asks an instance for an image, as a client of its route does. */
export async function ask(
  from: Pick<Rindle, 'serveImage'>,
  url: string,
  { accept, method = 'GET', headers = {}, signal }: Ask = {},
): Promise<Answer> {
  const request = new Request(url, {
    method,
    headers: { ...(accept === undefined ? {} : { accept }), ...headers },
    ...(signal === undefined ? {} : { signal }),
  })
  const response = await from.serveImage(request)
  const bytes = Buffer.from(await response.arrayBuffer())
  const problem = response.headers.get('content-type') === 'application/problem+json'
  return {
    status: response.status,
    header: (name: string) => response.headers.get(name),
    bytes,
    code: problem ? (JSON.parse(bytes.toString()) as { code: string }).code : null,
  }
}
