import { join } from 'node:path'
import { defineProfile, type Logger, type StorageAdapter, silentLogger } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import { localStorage } from '@rindle/storage-local'

/** Profiles of local storage: one of pictures, and one of files that nothing here decodes. */
export const servedProfiles = {
  photo: defineProfile({
    storage: 'main',
    accept: { types: ['image/*'], maxBytes: 20_000_000 },
    variants: { thumb: image.crop(32, 32, { format: 'webp' }) },
    slots: { avatar: 'one' },
  }),
  document: defineProfile({ storage: 'main', accept: { types: ['application/pdf'], maxBytes: 300_000_000 } }),
}

/** The actor. */
export interface Actor {
  readonly id: string
}

/** Local storage whose URLs lead to a handler at `/rindle` of that server. */
export function storageAt(url: string, directory: string): StorageAdapter {
  return localStorage({
    directory: join(directory, 'storage'),
    baseUrl: `${url}/rindle`,
    signingKey: 'a key for tests only, thirty-two characters or more',
  })
}

/** Takes the actor from the header `x-actor`. */
export function actorOfHeader(request: Request): Actor | null {
  const id = request.headers.get('x-actor')
  return id === null ? null : { id }
}

/** Calls a handler at `/rindle` as the actor `ann`, unless the headers say otherwise. */
export function callerOf(handler: (request: Request) => Promise<Response>) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const request = new Request(`http://app.test/rindle${path}`, {
      method,
      headers: { 'x-actor': 'ann', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const response = await handler(request)
    const text = await response.text()
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as never }
  }
}

/** A logger that keeps logged errors. */
export function collectErrors(errors: string[]): Logger {
  return { ...silentLogger, error: (fields, message) => void errors.push(`${message} ${JSON.stringify(fields)}`) }
}
