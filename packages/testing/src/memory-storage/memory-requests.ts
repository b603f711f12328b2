import type { SignedRequest, StorageAdapter } from '@rindle/core'
import { normalizeKey, type OpenedToken, readableKey } from '@rindle/core/adapter'

/** The grant of a signed request to a memory storage. */
export interface MemoryGrant extends OpenedToken {
  readonly part?: { readonly uploadId: string; readonly partNumber: number }
}

/** The requests that one memory storage signs. */
export interface MemoryRequests extends Pick<StorageAdapter, 'signGet' | 'signPut'> {
  /** Equal grants give equal requests. */
  sign(grant: MemoryGrant): SignedRequest
  /** The current grant of a request; `undefined` if it was not signed here, was altered, or has expired. */
  open(request: SignedRequest): MemoryGrant | undefined
}

/** No requests yet. */
export function memoryRequests(now: () => Date): MemoryRequests {
  // Presence in this map is the signature: nobody outside of the process can use a URL of this storage anyway.
  const issued = new Map<string, MemoryGrant>()

  const sign = (grant: MemoryGrant): SignedRequest => {
    const url = `memory:${Buffer.from(JSON.stringify(grant)).toString('base64url')}`
    issued.set(url, { ...grant, key: grant.method === 'GET' ? readableKey(grant.key) : normalizeKey(grant.key) })
    const headers: Record<string, string> = {}
    if (grant.method === 'PUT' && grant.contentType !== undefined) headers['content-type'] = grant.contentType
    return { method: grant.method, url, headers }
  }

  return {
    sign,
    open({ method, url, headers }) {
      const grant = issued.get(url)
      const isGood = grant?.method === method && now().getTime() < grant.expiresAt.getTime()
      const isSignedType = method === 'GET' || headers['content-type'] === grant?.contentType
      return isGood && isSignedType ? grant : undefined
    },
    async signGet(key, { signal, ...grant }) {
      signal?.throwIfAborted()
      return sign({ ...grant, method: 'GET', key })
    },
    async signPut(key, { signal, ...grant }) {
      signal?.throwIfAborted()
      return sign({ ...grant, method: 'PUT', key })
    },
  }
}
