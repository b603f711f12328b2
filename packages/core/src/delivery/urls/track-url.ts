import type { Asset, MediaTrack } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { forbidden, refusalByAuthorizer } from './authorize.ts'
import { issueUrl, trackFile } from './issue-url.ts'
import { assertDeliverable, type UrlOptions } from './url.ts'

/**
 * Returns a URL of one text track of an asset, as `text/vtt`: it asks the authorizer first, and a refusal issues
 * nothing. Signed unless the profile is public. No query: it uses asset and track as you read them. `not_found` for
 * another asset's track, `not_deliverable`, `forbidden`.
 */
export async function trackUrl(
  runtime: Runtime,
  asset: Asset,
  track: MediaTrack,
  options: UrlOptions = {},
): Promise<string> {
  const profile = assertDeliverable(runtime, asset)
  if (track.assetId !== asset.id) throw new RindleError('not_found', `Asset ${asset.id} has no track ${track.id}.`)
  const refusal = await refusalByAuthorizer(profile, { asset, track: track.id, actor: options.actor })
  if (refusal !== null) throw forbidden(`track ${track.id} of asset ${asset.id}`, refusal)
  const file = trackFile(asset, track)
  return issueUrl(runtime, asset, profile, { ...file, filename: options.filename ?? file.filename }, options)
}
