import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset, Variant } from '../../domain/entities.ts'
import { isServable } from '../../domain/stale-policy.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import { type ImageRuntime, type Runtime, storageOf } from '../../kernel/runtime.ts'
import { invalidLink } from '../../kernel/signed-tokens.ts'
import type { TenantOption } from '../../kernel/sql/of-tenant.ts'
import type { Profile } from '../../profile/profile.ts'
import { type BodyLimits, DEFAULT_BODY_LIMITS } from '../../uploads/body-pace.ts'
import { type AskedMember, rememberAsked } from '../../variants/ask.ts'
import { fileCacheControl, redirectCacheControl } from '../files/cache-control.ts'
import { toResponse } from '../files/file-answer.ts'
import { refusal } from '../files/refusal.ts'
import { sendFile } from '../files/send-file.ts'
import { forgetAsset, presentAsset, recentAsset, withinTenant } from '../recent-assets.ts'
import { contentDisposition } from '../urls/disposition.ts'
import { variantFile } from '../urls/issue-url.ts'
import { assertDeliverable } from '../urls/url.ts'
import { membersOfWidth, nearestMember, typesOf } from './choose-member.ts'
import { familyMembers, type OwnFamily, type OwnMember } from './family-members.ts'
import { imagesOf } from './family-url.ts'
import { readImageQuery, typeOfFormat } from './image-query.ts'
import { type ImageGrant, openImageToken } from './image-token.ts'
import { preferredTypes } from './negotiate.ts'
import { waitForMember } from './wait-for-member.ts'

/** Options of {@link serveImage}: a reader that stalls for `idleTimeoutMs` is cut off. */
export type ServeImageOptions = Pick<BodyLimits, 'idleTimeoutMs'> & TenantOption

/**
 * Answers `GET` and `HEAD` of a family's URL, with the token as the last segment of the path: the member of the next
 * larger width than `w`, in the format that the client prefers. One that is not there yet is enqueued, and awaited as the
 * option `images` says; nothing is decoded in this process. Errors are `application/problem+json` with a `code`.
 */
export async function serveImage(
  runtime: Runtime,
  request: Request,
  options: ServeImageOptions = {},
): Promise<Response> {
  const { idleTimeoutMs = DEFAULT_BODY_LIMITS.idleTimeoutMs } = options
  const response = await answer(runtime, request, { ...options, idleTimeoutMs }).catch((error: unknown) =>
    refusal(runtime, request, error, 'An image could not be served.'),
  )
  response.headers.set('vary', 'accept')
  return response
}

/** An image that is asked for, as far as its URL and its asset tell. */
interface WantedImage {
  readonly request: Request
  readonly idleTimeoutMs: number
  readonly images: ImageRuntime
  readonly grant: ImageGrant
  readonly asset: AssetWithVariants
  readonly profile: Profile
  readonly family: OwnFamily
  readonly member: OwnMember
  /** The types that the client takes, the best one first. */
  readonly acceptable: readonly string[]
}

async function answer(
  runtime: Runtime,
  request: Request,
  { idleTimeoutMs, tenant }: ServeImageOptions & { readonly idleTimeoutMs: number },
): Promise<Response> {
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD') {
    const detail = `Method ${method} is not allowed.`
    return problemResponse({ status: 405, code: 'invalid_input', detail }, { allow: 'GET, HEAD' })
  }
  const response = await answerBy(withinTenant(recentAsset, tenant), runtime, request, idleTimeoutMs)
  // Its object may have been evicted or replaced since its row was read.
  return response.status === 404
    ? answerBy(withinTenant(presentAsset, tenant), runtime, request, idleTimeoutMs)
    : response
}

async function answerBy(
  read: typeof presentAsset,
  runtime: Runtime,
  request: Request,
  idleTimeoutMs: number,
): Promise<Response> {
  const wanted = await wantedImage(read, runtime, request, idleTimeoutMs)
  if (wanted === null) return noSuchImage()
  const variant = servable(wanted, wanted.member)
  if (variant === undefined) return waitAndAnswer(runtime, wanted)
  await rememberAsked(runtime, variant)
  return deliver(runtime, wanted, wanted.asset, variant)
}

/** Reads the URL, and then the database; `null`: there is no such image. */
async function wantedImage(
  read: typeof presentAsset,
  runtime: Runtime,
  request: Request,
  idleTimeoutMs: number,
): Promise<WantedImage | null> {
  const images = imagesOf(runtime)
  const { pathname, searchParams } = new URL(request.url)
  const grant = openImageToken(images.tokens, pathname.split('/').at(-1) ?? '', runtime.now())
  const { width, format } = readImageQuery(searchParams)
  const asset = await read(runtime, grant.assetId)
  if (asset === null) return null
  const profile = assertDeliverable(runtime, asset)
  // The profile was public when the URL was issued.
  if (grant.expiresAt === null && !profile.delivery.public) throw invalidLink()
  // A deployment may have removed the family.
  if (!Object.hasOwn(profile.families, grant.family)) return null
  const family = familyMembers(profile, asset, grant.family)
  const members = membersOfWidth(family.members, width)
  const types = typesOf(members)
  const acceptable =
    format === undefined ? preferredTypes(request.headers.get('accept'), types) : [typeOfFormat(types, format)]
  const member = members.find(({ contentType }) => contentType === acceptable[0])
  if (member === undefined) return null
  return { request, idleTimeoutMs, images, grant, asset, profile, family, member, acceptable }
}

/** The variant of a member, if it has something to serve. */
function servable({ asset, profile }: WantedImage, { name }: OwnMember): Variant | undefined {
  const variant = asset.variants.find((each) => each.name === name)
  return variant !== undefined && isServable(variant, profile.delivery.staleMode) ? variant : undefined
}

async function waitAndAnswer(runtime: Runtime, wanted: WantedImage): Promise<Response> {
  const { request, images, asset, member, family } = wanted
  const present = asset.variants.some(({ name }) => name === member.name)
  // Only a promotion and an operator plan eager members.
  if (family.make === 'eager' && !present) return substitute(runtime, wanted, noSuchImage())
  const joined = await waitForMember(runtime, images, { assetId: asset.id, name: member.name }, request.signal)
  // Further requests shall find the image without asking for it.
  forgetAsset(runtime, asset.id)
  const asked: AskedMember | { readonly outcome: 'late' | 'full' } = joined.outcome === 'landed' ? joined.value : joined
  switch (asked.outcome) {
    case 'servable':
      return deliver(runtime, wanted, asked.asset, asked.variant)
    case 'making':
    case 'late':
      return substitute(runtime, wanted, comeAgain('The image is still being made.', BUSY_SECONDS))
    case 'full':
      return substitute(runtime, wanted, comeAgain('Too many images are being made.', BUSY_SECONDS))
    case 'failed':
      return substitute(runtime, wanted, failed(asked.retryAfterSeconds))
    case 'unavailable':
    default:
      return noSuchImage()
  }
}

/** The nearest member that is ready, where that is wanted, or else the given answer. */
async function substitute(runtime: Runtime, wanted: WantedImage, otherwise: Response): Promise<Response> {
  const { images, asset, family, member, acceptable } = wanted
  if (images.whileMaking !== 'nearest') return otherwise
  const ready = family.members.filter((each) => servable(wanted, each) !== undefined)
  const nearest = nearestMember(ready, member.width, acceptable)
  const variant = nearest === undefined ? undefined : servable(wanted, nearest)
  return variant === undefined ? otherwise : deliver(runtime, wanted, asset, variant, 'no-store')
}

async function deliver(
  runtime: Runtime,
  wanted: WantedImage,
  asset: Asset,
  variant: Variant,
  cacheControl?: string,
): Promise<Response> {
  const { request, idleTimeoutMs, images, grant, family, profile } = wanted
  const storage = storageOf(runtime, asset.storage)
  const { key, contentType, filename } = variantFile(asset, variant)
  const disposition = contentDisposition(filename, contentType, 'inline')
  const digest = family.members.find(({ name }) => name === variant.name)?.digest
  const isCurrent = grant.version === family.version && variant.state === 'ready' && variant.recipeDigest === digest
  const cacheable = { expiresAt: grant.expiresAt, isCurrent, now: runtime.now() }
  if (images.redirect === 'stream' || storage.capabilities.has('local')) {
    const file = { storage, key, contentType, disposition, cacheControl: cacheControl ?? fileCacheControl(cacheable) }
    return toResponse(await sendFile(runtime, request, file), idleTimeoutMs)
  }
  const { expiresAt } = grant
  const location =
    profile.delivery.public || expiresAt === null
      ? storage.publicUrl(key)
      : (await storage.signGet(key, { expiresAt, contentType, disposition })).url
  const headers = { location, 'cache-control': cacheControl ?? redirectCacheControl(cacheable) }
  return new Response(null, { status: 302, headers })
}

const BUSY_SECONDS = 5

function noSuchImage(): Response {
  return problemResponse({ status: 404, code: 'not_found', detail: 'There is no such image.' })
}

function comeAgain(what: string, seconds: number): Response {
  const detail = `${what} Ask again in ${seconds} seconds.`
  return problemResponse({ status: 503, code: 'not_deliverable', detail }, { 'retry-after': String(seconds) })
}

/** `null`: it fails each time. */
function failed(retryAfterSeconds: number | null): Response {
  if (retryAfterSeconds !== null) return comeAgain('The image could not be made.', retryAfterSeconds)
  return problemResponse({ status: 409, code: 'not_deliverable', detail: 'The image cannot be made.' })
}
