import type { WireFetchUpload } from '@rindle/client'
import { RindleError } from '@rindle/core'
import { authorizeUpload, UNKNOWN_CONTENT_TYPE } from '@rindle/core/adapter'
import { z } from 'zod'
import type { Handle } from './call.ts'
import { jsonAnswer } from './json-answer.ts'
import { mostBytes } from './most-bytes.ts'
import { readJson } from './read-json.ts'
import { uploadView } from './upload-view.ts'

const fetchSchema = z.strictObject({
  profile: z.string().max(255),
  url: z.string().min(1).max(8_192),
  filename: z.string().min(1).max(1024).optional(),
  slot: z.string().min(1).max(64).optional(),
} satisfies Record<keyof WireFetchUpload, z.ZodType>)

/** The body of `POST /uploads/from-url`. */
export const FETCH_UPLOAD_BODY: z.ZodType = fetchSchema

/** `POST /uploads/from-url`: only where the handler was given `fetchUrls`. */
export const fetchUpload: Handle = async ({ rindle, config, request, actor, actorId }) => {
  const { fetchUrls = false } = config
  if (fetchUrls === false) throw new RindleError('not_found', 'Uploads from URLs are not served here.')
  const { profile, url, filename, slot } = await readJson(request, fetchSchema, config.idleTimeoutMs)
  const limits = fetchUrls === true ? {} : fetchUrls
  const most = mostBytes(rindle.profiles, profile)
  const place = await authorizeUpload(config.authorizeUpload, {
    actor,
    profile,
    slot,
    filename: filename ?? URL.parse(url)?.pathname.split('/').at(-1) ?? '',
    contentType: UNKNOWN_CONTENT_TYPE,
    byteSize: Math.min(most, limits.maxBytes ?? most),
    url,
  })
  const session = await rindle.uploadFrom(profile, url, {
    actorId,
    ...limits,
    ...(filename === undefined ? {} : { filename }),
    ...place,
  })
  return jsonAnswer(uploadView(session), 201, { location: `${config.basePath}/uploads/${session.id}` })
}
