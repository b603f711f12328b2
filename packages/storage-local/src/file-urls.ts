import type { SignedRequest, StorageAdapter } from '@rindle/core'
import { normalizeKey, type OpenedToken, readableKey } from '@rindle/core/adapter'
import { fileTokens } from './file-tokens.ts'
import type { LocalStorageConfig } from './options.ts'
import { unsupported } from './unsupported.ts'

/** A key as the path of a URL. */
function encodedKey(key: string): string {
  return readableKey(key).split('/').map(encodeURIComponent).join('/')
}

/** The URLs of a storage, made without I/O. */
export function fileUrls({
  baseUrl,
  publicBaseUrl,
  signingKeys,
}: LocalStorageConfig): Pick<StorageAdapter, 'publicUrl' | 'signGet' | 'signPut' | 'openToken'> {
  const tokens = fileTokens(signingKeys)
  const urlOf = (grant: OpenedToken): string => `${baseUrl}/files/${tokens.sign(grant)}`
  return {
    publicUrl(key) {
      if (publicBaseUrl !== undefined) return `${publicBaseUrl}/${encodedKey(key)}`
      throw unsupported('public_url', 'delivery', 'Set publicBaseUrl, or sign URLs.')
    },
    async signGet(key, { signal, ...grant }): Promise<SignedRequest> {
      signal?.throwIfAborted()
      return { method: 'GET', url: urlOf({ ...grant, method: 'GET', key: readableKey(key) }), headers: {} }
    },
    async signPut(key, { signal, ...grant }): Promise<SignedRequest> {
      signal?.throwIfAborted()
      const url = urlOf({ ...grant, method: 'PUT', key: normalizeKey(key) })
      return { method: 'PUT', url, headers: { 'content-type': grant.contentType } }
    },
    openToken: (token, method, now) => tokens.open(token, method, now),
  }
}
