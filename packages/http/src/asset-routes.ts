import { type AssetWithVariants, RindleError } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import { assetEvents } from './asset-events.ts'
import { assetView, versionOf } from './asset-view.ts'
import type { Call, Handle } from './call.ts'
import { jsonResponse } from './json-response.ts'

/** `GET /assets/:id` */
export const showAsset: Handle = async (call) => {
  const asset = await visibleAsset(call)
  return jsonResponse(await assetView(call.rindle, asset, call.actor))
}

/** `GET /assets/:id/events` */
export const streamAsset: Handle = async (call) => {
  const asset = await visibleAsset(call)
  const seen = lastEventId(call.request)
  // Only this answer stops an EventSource from reconnecting.
  if (isSettledState(asset.state) && versionOf(asset) === seen) return new Response(null, { status: 204 })
  return assetEvents(call, asset.id, seen)
}

/**
 * The asset that the path names, for an actor who uploaded it or whom `canView` allows. Both queries run for every id,
 * so that timing does not tell another actor's asset from one that does not exist.
 */
async function visibleAsset({ rindle, config, actor, actorId, params: [id = ''] }: Call): Promise<AssetWithVariants> {
  const [asset, uploader] = await Promise.all([rindle.asset(id), rindle.uploaderOf(id)])
  if (asset !== null && (uploader === actorId || (await config.canView?.({ actor, asset })) === true)) return asset
  throw new RindleError('not_found', `There is no asset ${id} that this actor may see.`)
}

/** An EventSource that reconnects sends the header; one that a page creates again can only change its URL. */
function lastEventId(request: Request): string | null {
  return request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId')
}
