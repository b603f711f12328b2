import { Readable } from 'node:stream'
import type { Asset } from '@rindle/core'
import type { Call } from './call.ts'
import { Refused } from './refused.ts'
import { SECURITY_HEADERS } from './respond.ts'

/** Types that browsers show and that run no code. */
const SHOWN_TYPES =
  /^(image\/(jpeg|png|webp|avif|gif)|(video|audio)\/(mp4|webm|ogg|mpeg|aac|wav|flac)|audio\/x-(wav|flac|m4a)|application\/pdf)$/
const PICTURE = /^image\/(jpeg|png|webp|avif|gif)$/
/** States in which the gate has let the bytes pass. */
const CHECKED: readonly string[] = ['available', 'processing', 'transcoding', 'ready', 'degraded']

/** Whether the bytes of an asset were checked and may be shown. Pure. */
export function isShown({ state }: Pick<Asset, 'state'>): boolean {
  return CHECKED.includes(state)
}

/** Whether a browser shows this type as a picture. Pure. */
export function isPicture(contentType: string | null): boolean {
  return contentType !== null && PICTURE.test(contentType)
}

/** Whether a browser shows this type in some way. Pure. */
export function isShownType(contentType: string | null): boolean {
  return contentType !== null && SHOWN_TYPES.test(contentType)
}

/**
 * The bytes of an original or a variant, for the pages of the console alone: from the same origin, so that the pages
 * need no other, and for an operator whose sign-in was just checked. Never those of a file that the gate refused, or has
 * not looked at. Takes one range, so that players can seek.
 */
export async function preview({ rindle, request, params: [id = '', name] }: Call): Promise<Response> {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refused(404, 'There is no such file.')
  const asset = await rindle.asset(id)
  if (asset === null || !isShown(asset)) throw new Refused(404, 'There is no such file, or it must not be shown.')
  const variant = name === undefined ? undefined : asset.variants.find((each) => each.name === name)
  if (name !== undefined && variant === undefined) throw new Refused(404, 'There is no such variant.')
  const { storageKey, contentType, byteSize } = variant ?? asset
  if (storageKey === null || byteSize === null || contentType === null || !isShownType(contentType)) {
    throw new Refused(404, 'There is nothing to show.')
  }
  const storage = rindle.storageAdapterFor(asset.profile)
  const range = rangeOf(request.headers.get('range'), byteSize)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...SECURITY_HEADERS, 'content-range': `bytes */${byteSize}` } })
  }
  const headers = {
    ...SECURITY_HEADERS,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox",
    'x-frame-options': 'SAMEORIGIN',
    'content-type': contentType,
    'content-disposition': 'inline',
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=300',
    'content-length': String(range === undefined ? byteSize : range.end - range.start + 1),
    ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${byteSize}` }),
  }
  const status = range === undefined ? 200 : 206
  if (request.method === 'HEAD') return new Response(null, { status, headers })
  const { body } = await storage.get(storageKey, { signal: request.signal, ...(range === undefined ? {} : { range }) })
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers })
}

/** Parses a header with one range; other headers are ignored, as the standard allows. Pure. */
function rangeOf(
  header: string | null,
  byteSize: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return undefined
  const start = from === '' ? Math.max(0, byteSize - Number(to)) : Number(from)
  const end = from === '' || to === '' ? byteSize - 1 : Math.min(Number(to), byteSize - 1)
  return start > end ? 'unsatisfiable' : { start, end }
}
