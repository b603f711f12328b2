import { forbidden, refusalByAuthorizer } from '../delivery/urls/authorize.ts'
import { issueUrl } from '../delivery/urls/issue-url.ts'
import type { UrlOptions } from '../delivery/urls/url.ts'
import { contentTypeOfName, isContentType } from '../domain/content-types.ts'
import { RindleError } from '../domain/errors.ts'
import { requireCapability } from '../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { assertOwnKey } from './own-key.ts'

/** Options of {@link urlForKey}. */
export interface KeyUrlOptions extends UrlOptions {
  /** The content type that a signed URL delivers. @default the type of the key's extension */
  readonly contentType?: string
  /** The name under which a browser saves the file. @default the last part of the key */
  readonly filename?: string
}

/**
 * Returns a URL of the application's own file, by the profile's policy: public or signed, and with its lifetime. It
 * asks the authorizer first, with the key, and a refusal issues nothing. Does not check that the file exists.
 * `conflict` for a key of Rindle's, `forbidden`, `capability_unsupported`, `storage_key_invalid`.
 */
export async function urlForKey(
  runtime: Runtime,
  profileName: string,
  key: string,
  options: KeyUrlOptions = {},
): Promise<string> {
  const profile = profileOf(runtime, profileName)
  const capability = profile.delivery.public ? 'public_url' : 'signed_url'
  requireCapability(storageOf(runtime, profile.storage), capability, 'delivery')
  assertOwnKey(runtime, key)
  if (options.contentType !== undefined && !isContentType(options.contentType)) {
    throw new RindleError('invalid_input', 'contentType must be a content type such as text/csv.')
  }
  const refusal = await refusalByAuthorizer(profile, { profile: profileName, key, actor: options.actor })
  if (refusal !== null) throw forbidden(`the key "${key}"`, refusal)
  const { contentType = contentTypeOfName(key), filename = key.split('/').at(-1) ?? key } = options
  const place = { storage: profile.storage, profile: profileName }
  return issueUrl(runtime, place, profile, { key, contentType, filename }, options)
}
