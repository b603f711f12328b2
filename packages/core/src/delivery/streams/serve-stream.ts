import type { AssetWithVariants } from '../../assets/read.ts'
import { expiryOf } from '../../domain/expiry.ts'
import { isServable } from '../../domain/stale-policy.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { invalidLink } from '../../kernel/signed-tokens.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import type { Profile } from '../../profile/profile.ts'
import { preflight, readableByPages } from '../files/cross-origin.ts'
import { refusal } from '../files/refusal.ts'
import { presentAsset, recentAsset, withinTenant } from '../recent-assets.ts'
import { forbidden, refusalByAuthorizer } from '../urls/authorize.ts'
import { announceIssued, type DeliveredFile, issueUrl, trackFile, variantFile } from '../urls/issue-url.ts'
import { assertDeliverable } from '../urls/url.ts'
import { masterPlaylist } from './master-playlist.ts'
import { rungPlaylist, textPlaylist } from './media-playlist.ts'
import { type PlayableStream, playableStream } from './playable-stream.ts'
import { storyboardText, stripTilesOf } from './storyboard.ts'
import { openStreamToken, type StreamGrant } from './stream-token.ts'
import { streamsOf } from './stream-url.ts'

/** Options of {@link serveStream}. */
export interface ServeStreamOptions extends TenantOption {
  /** Passed to the profile's authorizer, which is asked for each playlist. */
  readonly actor?: unknown
}

/**
 * Answers `GET` and `HEAD` below a stream's URL: `{token}/master.m3u8`, `{token}/{variant}.m3u8`, `{token}/{track}.m3u8`,
 * and `{token}/{strip}.vtt` of a storyboard's. The answers hold URLs of files, which live as long as the stream's own
 * from now on. Pages of every origin may read them. Errors are `application/problem+json` with a `code`.
 */
export async function serveStream(
  runtime: Runtime,
  request: Request,
  options: ServeStreamOptions = {},
): Promise<Response> {
  const { method } = request
  if (method === 'OPTIONS') return preflight()
  if (method !== 'GET' && method !== 'HEAD') {
    const detail = `Method ${method} is not allowed.`
    return readableByPages(problemResponse({ status: 405, code: 'invalid_input', detail }, { allow: 'GET, HEAD' }))
  }
  const response = await answer(runtime, request, options).catch((error: unknown) =>
    refusal(runtime, request, error, 'A playlist could not be served.'),
  )
  return readableByPages(response)
}

async function answer(runtime: Runtime, request: Request, { actor, tenant }: ServeStreamOptions): Promise<Response> {
  const [token = '', path = ''] = new URL(request.url).pathname.split('/').slice(-2)
  const grant = openStreamToken(streamsOf(runtime).tokens, token, runtime.now())
  // Its rungs may have become ready, or a track been added, since its row was read.
  const file =
    fileOf(runtime, await withinTenant(recentAsset, tenant)(runtime, grant.assetId), grant, path) ??
    fileOf(runtime, await withinTenant(presentAsset, tenant)(runtime, grant.assetId), grant, path)
  if (file === null) return problemResponse({ status: 404, code: 'not_found', detail: 'There is no such playlist.' })
  const { asset, profile, about } = file
  const refused = await refusalByAuthorizer(profile, { asset, ...about, actor })
  if (refused !== null) throw forbidden(`a stream of asset ${asset.id}`, refused)
  const text = await textOf(runtime, file, grant)
  const headers = {
    'content-type': path.endsWith('.vtt') ? 'text/vtt; charset=utf-8' : 'application/vnd.apple.mpegurl',
    'content-length': String(Buffer.byteLength(text)),
    // Its URLs expire, and the authorizer is asked for each.
    'cache-control': profile.delivery.public ? 'public, max-age=60' : 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return new Response(request.method === 'HEAD' ? null : text, { headers })
}

/** A playlist or a storyboard. */
interface StreamFile {
  readonly asset: AssetWithVariants
  readonly profile: Profile
  /** The name in the question to the authorizer. */
  readonly about: { readonly variant: string } | { readonly track: string }
  /** The row that it is made of; another one as soon as that is read again. */
  readonly row: object
  /** The object whose URL it holds; `null`: it holds none. */
  readonly links: DeliveredFile | null
  readonly render: (url: string) => string
}

/** The file at a path below a token; `null`: there is none, or not now. */
function fileOf(
  runtime: Runtime,
  asset: AssetWithVariants | null,
  grant: StreamGrant,
  path: string,
): StreamFile | null {
  if (asset === null) return null
  const profile = assertDeliverable(runtime, asset)
  // The profile was public when the URL was issued.
  if (grant.expiresAt === null && !profile.delivery.public) throw invalidLink()
  const stream = Object.hasOwn(profile.streams, grant.name) ? profile.streams[grant.name] : undefined
  if (stream === undefined) return storyboardFile(profile, asset, grant, path)
  const playable = playableStream(profile, asset, stream)
  return playable === null ? null : playlistFile(profile, asset, playable, grant, path)
}

function playlistFile(
  profile: Profile,
  asset: AssetWithVariants,
  playable: PlayableStream,
  { name }: StreamGrant,
  path: string,
): StreamFile | null {
  const file = { asset, profile }
  if (path === 'master.m3u8') {
    return { ...file, about: { variant: name }, row: asset, links: null, render: () => masterPlaylist(playable) }
  }
  if (!path.endsWith('.m3u8')) return null
  const wanted = path.slice(0, -'.m3u8'.length)
  const rung = [...playable.pictures, ...playable.sounds].find((each) => each.name === wanted)
  if (rung !== undefined) {
    const { variant, index } = rung
    const links = variantFile(asset, variant)
    return { ...file, about: { variant: wanted }, row: variant, links, render: (url) => rungPlaylist(index, url) }
  }
  const track = playable.texts.some(({ id }) => id === wanted)
    ? asset.tracks.find(({ id }) => id === wanted)
    : undefined
  if (track === undefined) return null
  const { durationSeconds } = playable
  const render = (url: string): string => textPlaylist(durationSeconds, url)
  return { ...file, about: { track: wanted }, row: track, links: trackFile(asset, track), render }
}

function storyboardFile(
  profile: Profile,
  asset: AssetWithVariants,
  { name }: StreamGrant,
  path: string,
): StreamFile | null {
  const strip = asset.variants.find((variant) => variant.name === name)
  if (path !== `${name}.vtt` || strip === undefined || !isServable(strip, profile.delivery.staleMode)) return null
  const tiles = stripTilesOf(strip)
  if (tiles === null) return null
  const render = (url: string): string => storyboardText(tiles, url)
  return { asset, profile, about: { variant: name }, row: strip, links: variantFile(asset, strip), render }
}

// A player asks for each playlist once, but all players of a premiere ask for the same ones. Rows live for a second: see
// recent-assets.ts.
const rendered = new WeakMap<object, { readonly key: string; readonly text: string }>()

/** The text of a file. Signs and renders it once for all who ask at the same time. */
async function textOf(runtime: Runtime, file: StreamFile, { name, lifetimeSeconds }: StreamGrant): Promise<string> {
  const { asset, profile, row, links } = file
  const maxSeconds = runtime.maxDeliveryExpiresInSeconds
  // A deployment may have lowered the longest lifetime, or made a public profile private.
  const expiresInSeconds = Math.min(maxSeconds, Math.max(1, lifetimeSeconds))
  const expiresAtMs = profile.delivery.public ? 0 : expiryOf(runtime.now(), expiresInSeconds, maxSeconds).getTime()
  const key = links === null ? name : `${expiresAtMs}`
  const known = rendered.get(row)
  if (known?.key === key) {
    if (links !== null) announceIssued(runtime, asset, profile)
    return known.text
  }
  const url = links === null ? '' : await issueUrl(runtime, asset, profile, links, { expiresInSeconds })
  const text = file.render(url)
  rendered.set(row, { key, text })
  return text
}
