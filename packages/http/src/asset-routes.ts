import type { WireAddTrack, WireSetFocus } from '@rindle/client'
import { type AssetWithVariants, RindleError, TRACK_KINDS } from '@rindle/core'
import { isSettledState } from '@rindle/core/adapter'
import { z } from 'zod'
import { assetEvents } from './asset-events.ts'
import { assetView, versionOf } from './asset-view.ts'
import type { Call, Handle } from './call.ts'
import { type JsonAnswer, jsonAnswer } from './json-answer.ts'
import { assertNoForm, readJson } from './read-json.ts'

/** `GET /assets/:id` */
export const showAsset: Handle = async (call) => {
  const asset = await visibleAsset(call)
  return jsonAnswer(await assetView(call.rindle, asset, call.actor))
}

/** `GET /assets/:id/events` */
export const streamAsset: Handle = async (call) => {
  const asset = await visibleAsset(call)
  const seen = lastEventId(call.request)
  // Only this answer stops an EventSource from reconnecting.
  if (isSettledState(asset.state) && versionOf(asset) === seen) return new Response(null, { status: 204 })
  return assetEvents(call, asset.id, seen)
}

const focusSchema = z.strictObject({
  focus: z.strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) }).nullable(),
} satisfies Record<keyof WireSetFocus, z.ZodType>)

/** The body of `POST /assets/:id/focus`. */
export const SET_FOCUS_BODY: z.ZodType = focusSchema

/** `POST /assets/:id/focus` */
export const setFocus: Handle = async (call) => {
  const { rindle, config, request } = call
  const { focus } = await readJson(request, focusSchema, config.idleTimeoutMs)
  const asset = await editableAsset(call)
  await rindle.setFocus(asset, focus)
  return changedAsset(call, asset.id)
}

/** A text of 4 MiB, which is all that a track may have, with the escapes of JSON. */
const MAX_TRACK_BODY_BYTES = 8 * 1024 ** 2

const trackSchema = z.strictObject({
  text: z.string(),
  kind: z.enum(TRACK_KINDS),
  lang: z.string(),
  label: z.string().optional(),
  default: z.boolean().optional(),
} satisfies Record<keyof WireAddTrack, z.ZodType>)

/** The body of `POST /assets/:id/tracks`. */
export const ADD_TRACK_BODY: z.ZodType = trackSchema

/** `POST /assets/:id/tracks` */
export const addTrack: Handle = async (call) => {
  const { rindle, config, request } = call
  // Before the body, which may be large.
  const asset = await editableAsset(call)
  const { text, kind, lang, label, ...rest } = await readJson(
    request,
    trackSchema,
    config.idleTimeoutMs,
    MAX_TRACK_BODY_BYTES,
  )
  await rindle.addTrack(asset, text, {
    kind,
    lang,
    ...(label === undefined ? {} : { label }),
    default: rest.default ?? false,
  })
  return changedAsset(call, asset.id)
}

/** `DELETE /assets/:id/tracks/:trackId` */
export const removeTrack: Handle = async (call) => {
  assertNoForm(call.request)
  const asset = await editableAsset(call)
  await call.rindle.removeTrack(asset, call.params[1] ?? '')
  return changedAsset(call, asset.id)
}

async function changedAsset({ rindle, actor }: Call, id: string): Promise<JsonAnswer> {
  const changed = await rindle.asset(id)
  if (changed === null) throw gone(id)
  return jsonAnswer(await assetView(rindle, changed, actor))
}

/** The asset that the path names, for an actor who uploaded it or whom `canEdit` allows. */
async function editableAsset(call: Call): Promise<AssetWithVariants> {
  const { config, actor } = call
  const { asset, isOwn } = await foundAsset(call)
  if (!isOwn && (await config.canEdit?.({ actor, asset })) !== true) {
    await assertVisible(call, { asset, isOwn })
    throw new RindleError('forbidden', 'This actor may see the asset, but not change it.')
  }
  return asset
}

/** The asset that the path names, for an actor who uploaded it or whom `canView` allows. */
async function visibleAsset(call: Call): Promise<AssetWithVariants> {
  const found = await foundAsset(call)
  await assertVisible(call, found)
  return found.asset
}

/** An asset, and whether the actor uploaded it. */
interface Found {
  readonly asset: AssetWithVariants
  readonly isOwn: boolean
}

/** One query for every id, so that timing does not tell another actor's asset from one that does not exist. */
async function foundAsset({ rindle, actorId, params: [id = ''] }: Call): Promise<Found> {
  const found = await rindle.assetWithUploader(id)
  if (found === null) throw gone(id)
  return { asset: found.asset, isOwn: found.uploader === actorId }
}

async function assertVisible({ config, actor }: Call, { asset, isOwn }: Found): Promise<void> {
  if (!isOwn && (await config.canView?.({ actor, asset })) !== true) throw gone(asset.id)
}

function gone(id: string): RindleError {
  return new RindleError('not_found', `There is no asset ${id} that this actor may see.`)
}

/** An EventSource that reconnects sends the header; one that a page creates again can only change its URL. */
function lastEventId(request: Request): string | null {
  return request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId')
}
