import type { SignedRequest, StorageAdapter } from '@rindle/core'
import { normalizeKey, type OpenedToken } from '@rindle/core/adapter'
import { fileTokens } from './file-tokens.ts'
import type { LocalStorageConfig } from './options.ts'
import { unsupported } from './unsupported.ts'

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
      if (publicBaseUrl !== undefined) return `${publicBaseUrl}/${normalizeKey(key)}`
      throw unsupported('public_url', 'delivery', 'Set publicBaseUrl, or sign URLs.')
    },
    async signGet(key, { signal, ...grant }): Promise<SignedRequest> {
      signal?.throwIfAborted()
      return { method: 'GET', url: urlOf({ ...grant, method: 'GET', key: normalizeKey(key) }), headers: {} }
    },
    async signPut(key, { signal, ...grant }): Promise<SignedRequest> {
      signal?.throwIfAborted()
      const url = urlOf({ ...grant, method: 'PUT', key: normalizeKey(key) })
      return { method: 'PUT', url, headers: { 'content-type': grant.contentType } }
    },
    openToken: (token, method, now) => tokens.open(token, method, now),
  }
}
