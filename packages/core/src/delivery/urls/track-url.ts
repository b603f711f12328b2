import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset, MediaTrack } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { forbidden, refusalByAuthorizer } from './authorize.ts'
import { issueUrl, trackFile } from './issue-url.ts'
import { assertDeliverable, type UrlOptions } from './url.ts'
import { withVariants } from './with-variants.ts'

/**
 * Returns a URL of one text track of an asset, as `text/vtt`: it asks the authorizer first, and a refusal issues
 * nothing. Signed unless the profile is public. One query when the asset was read without its tracks, else none.
 * `not_found` for another asset's track, `not_deliverable`, `forbidden`.
 */
export async function trackUrl(
  runtime: Runtime,
  asset: Asset | AssetWithVariants,
  trackId: string,
  options: UrlOptions = {},
): Promise<string> {
  const profile = assertDeliverable(runtime, asset)
  const [{ tracks }] = await withVariants(runtime, [asset])
  const track = trackOf(tracks, asset, trackId)
  const refusal = await refusalByAuthorizer(profile, { asset, track: track.id, actor: options.actor })
  if (refusal !== null) throw forbidden(`track ${track.id} of asset ${asset.id}`, refusal)
  const file = trackFile(asset, track)
  const { filename = file.filename } = options
  return issueUrl(runtime, asset, profile, { ...file, filename }, options)
}

function trackOf(tracks: readonly MediaTrack[], asset: Asset, trackId: string): MediaTrack {
  const track = tracks.find(({ id }) => id === trackId)
  if (track !== undefined) return track
  throw new RindleError('not_found', `Asset ${asset.id} has no track ${trackId}.`)
}
