import type { WireAsset, WireCompletedUpload, WireRequest, WireUpload } from '@rindle/http'

/** Asks a handler as the client of one actor would. */
export interface TestClient {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  begin(declared: object): Promise<WireUpload>
  complete(id: string): Promise<WireCompletedUpload>
  asset(id: string): Promise<WireAsset>
}

/** A client of the handler mounted at `url`, in the name of `actor`; `null` for no actor. */
export function clientOf(url: string, actor: string | null = 'ann'): TestClient {
  const call: TestClient['call'] = (method, path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(actor === null ? {} : { 'x-actor': actor }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    })
  const read = async <T>(response: Response, status: number): Promise<T> => {
    if (response.status === status) return (await response.json()) as T
    throw new Error(`${response.status} instead of ${status}: ${await response.text()}`)
  }
  return {
    call,
    begin: async (declared) => read(await call('POST', '/uploads', declared), 201),
    complete: async (id) => read(await call('POST', `/uploads/${id}/complete`), 200),
    asset: async (id) => read(await call('GET', `/assets/${id}`), 200),
  }
}

/** Sends a signed request as a browser would. */
export async function send(request: WireRequest | undefined, bytes: Uint8Array): Promise<Response> {
  const { method, url, headers } = request ?? { method: 'PUT', url: 'about:blank', headers: {} }
  return fetch(url, { method, headers, body: new Uint8Array(bytes), signal: AbortSignal.timeout(20_000) })
}
