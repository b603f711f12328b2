import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { isRindleError, type SignedRequest, type StorageAdapter } from '@rindle/core'
import { type LocalStorageOptions, localStorage } from '@rindle/storage-local'
import type { DisposableStorageSubject } from '@rindle/testing'

export const SIGNING_KEY = 'a signing key for tests, of at least 32 characters'

export const OPTIONS: Omit<LocalStorageOptions, 'directory'> = {
  baseUrl: 'https://app.example/rindle',
  publicBaseUrl: 'https://cdn.example/media/',
  signingKey: SIGNING_KEY,
}

/** A local storage in a directory of its own, with a stand-in for the application that serves its tokens. */
export async function localSubject(
  options: Partial<LocalStorageOptions> = {},
): Promise<DisposableStorageSubject & { readonly directory: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'rindle-local-'))
  const directory = join(parent, 'root')
  const adapter = localStorage({ ...OPTIONS, ...options, directory })
  return {
    adapter,
    directory,
    send: (request, body) => serve(adapter, request, body),
    cleanup: () => rm(parent, { recursive: true, force: true }),
  }
}

async function serve(adapter: StorageAdapter, request: SignedRequest, body = new Uint8Array()): Promise<Response> {
  try {
    const token = request.url.slice(`${OPTIONS.baseUrl}/files/`.length)
    const { key, disposition, ...grant } = adapter.openToken(token, request.method, new Date())
    if (request.method === 'PUT') {
      const { etag } = await adapter.put(key, Readable.from([body]), { contentType: 'text/plain', ...grant })
      return new Response(null, { headers: { etag } })
    }
    const stored = await adapter.get(key)
    const headers = new Headers({ 'content-type': grant.contentType ?? stored.contentType })
    if (disposition !== undefined) headers.set('content-disposition', disposition)
    return new Response(Readable.toWeb(stored.body), { headers })
  } catch (error) {
    if (!isRindleError(error)) throw error
    return new Response(null, { status: error.code === 'checksum_mismatch' ? 400 : 403 })
  }
}
