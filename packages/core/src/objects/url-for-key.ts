import { forbidden, refusalOf } from '../delivery/urls/authorize.ts'
import { issueUrl } from '../delivery/urls/issue-url.ts'
import type { UrlOptions } from '../delivery/urls/url.ts'
import { contentTypeOfName, isContentType } from '../domain/content-types.ts'
import { RindleError } from '../domain/errors.ts'
import { requireCapability } from '../kernel/require-capability.ts'
import { profileOf, type Runtime, storageOf } from '../kernel/runtime.ts'
import { assertOwnKey } from './own-key.ts'

/** Options of {@link urlForKey}. */
export interface KeyUrlOptions extends UrlOptions {
  /** What a signed URL delivers the file as. @default what the key's extension says */
  readonly contentType?: string
  /** The name a browser saves the file under. @default the last part of the key */
  readonly filename?: string
}

/**
 * A URL of a file of the application's own, by the policy of the profile: its authorizer is asked first, with the key, and
 * a refusal issues nothing; public or signed, and for how long. Nobody looks whether the file is there. `conflict` for a
 * key of Rindle's, `forbidden`, `capability_unsupported`, `storage_key_invalid`.
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
  const refusal = await refusalOf(profile, { profile: profileName, key, actor: options.actor })
  if (refusal !== null) throw forbidden(`the key "${key}"`, refusal)
  const { contentType = contentTypeOfName(key), filename = key.split('/').at(-1) ?? key } = options
  const place = { storage: profile.storage, profile: profileName }
  return issueUrl(runtime, place, profile, { key, contentType, filename }, options)
}
