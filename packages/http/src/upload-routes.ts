import type { AskedStrategy, WireBeginUpload, WireCompletedUpload, WireRequest, WireUpload } from '@rindle/client'
import { isRindleError, RindleError, type UploadSession } from '@rindle/core'
import { authorizeUpload, UNKNOWN_CONTENT_TYPE, type UploadPlace } from '@rindle/core/adapter'
import { z } from 'zod'
import type { Call, Handle } from './call.ts'
import { chooseStrategy } from './choose-strategy.ts'
import { jsonAnswer } from './json-answer.ts'
import type { HandlerConfig } from './options.ts'
import { readJson } from './read-json.ts'
import { uploadView } from './upload-view.ts'

const askedStrategies = {
  auto: 'auto',
  presigned_put: 'presigned_put',
  multipart: 'multipart',
  resumable: 'resumable',
} as const satisfies { readonly [S in AskedStrategy]: S }

const beginSchema = z.strictObject({
  profile: z.string().max(255),
  filename: z.string().min(1).max(1024),
  // A browser that does not know the type of a file sends ''.
  contentType: z
    .string()
    .max(255)
    .default('')
    .transform((type) => (type === '' ? UNKNOWN_CONTENT_TYPE : type)),
  byteSize: z.int().min(0),
  checksumSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
    .optional(),
  slot: z.string().min(1).max(64).optional(),
  order: z.strictObject({ batch: z.string().max(64), index: z.int().min(0) }).optional(),
  strategy: z.enum(askedStrategies).default('auto'),
} satisfies Record<keyof WireBeginUpload, z.ZodType>)

/** The body of `POST /uploads`. */
export const BEGIN_UPLOAD_BODY: z.ZodType = beginSchema

type Declared = z.infer<typeof beginSchema>

/** `POST /uploads` */
export const beginUpload: Handle = async (call) => {
  const declared = await readJson(call.request, beginSchema, call.config.idleTimeoutMs)
  const { profile, slot, filename, contentType, byteSize } = declared
  const intent = { actor: call.actor, profile, slot, filename, contentType, byteSize }
  // The application is never asked about a profile that does not exist.
  call.rindle.storageAdapterFor(profile)
  const place = await authorizeUpload(call.config.authorizeUpload, intent)
  const { capabilities, name } = call.rindle.storageAdapterFor(profile, { actorId: call.actorId, ...place })
  const { tus } = call.config
  const strategy = chooseStrategy(declared.strategy, declared.byteSize, capabilities, tus !== undefined)
  if (strategy === 'resumable' && tus === undefined) {
    throw new RindleError('capability_unsupported', 'Resumable uploads are not served here. Ask for "auto".', {
      details: { capability: 'resumable_upload', adapter: name, flow: 'upload' },
    })
  }
  const upload = await begin(call, declared, strategy, place)
  return jsonAnswer(upload, 201, { location: `${call.config.basePath}/uploads/${upload.id}` })
}

/** `POST /uploads/:id/sign` */
export const signUpload: Handle = async (call) => {
  const { id } = await ownSession(call)
  return jsonAnswer((await call.rindle.signUpload(id)) satisfies WireRequest)
}

/** `POST /uploads/:id/parts/:number` */
export const signPart: Handle = async (call) => {
  const { id } = await ownSession(call)
  const number = call.params[1] ?? ''
  const partNumber = /^[1-9]\d{0,4}$/.test(number) ? Number(number) : Number.NaN
  return jsonAnswer((await call.rindle.signMultipartPart(id, partNumber)) satisfies WireRequest)
}

/** `GET /uploads/:id` */
export const showUpload: Handle = async (call) => {
  const session = await ownSession(call)
  const isOpen = ['initialized', 'signed', 'resuming', 'uploading'].includes(session.state)
  if (session.uploadStrategy === 'resumable' && isOpen) {
    return jsonAnswer(uploadView(session, await tusUrlOf(call.config, session)))
  }
  if (session.uploadStrategy !== 'multipart' || !isOpen) return jsonAnswer(uploadView(session))
  return jsonAnswer(await viewWithParts(call, session))
}

/** `POST /uploads/:id/complete` */
export const completeUpload: Handle = async (call) => {
  const { id, uploadStrategy } = await ownSession(call)
  const { session, asset } = await (uploadStrategy === 'multipart'
    ? call.rindle.completeMultipartUpload(id)
    : call.rindle.verifyCompletion(id))
  const completed: WireCompletedUpload = { upload: uploadView(session), asset: { id: asset.id, state: asset.state } }
  return jsonAnswer(completed)
}

/** `DELETE /uploads/:id` */
export const abortUpload: Handle = async (call) => {
  const { id } = await ownSession(call)
  await call.rindle.abortUpload(id)
  return new Response(null, { status: 204 })
}

async function viewWithParts({ rindle }: Call, session: UploadSession): Promise<WireUpload> {
  try {
    const present = await rindle.listMultipartParts(session.id)
    return uploadView(session, { parts: present.map(({ partNumber, byteSize }) => ({ partNumber, byteSize })) })
  } catch (error) {
    // The parts were assembled in the meantime. `session_expired` would make the client send the whole file again.
    if (!isRindleError(error, 'session_expired') || error.details['state'] !== 'completed') throw error
    return uploadView(await rindle.uploadSession(session.id))
  }
}

async function tusUrlOf({ tus }: HandlerConfig, { id }: UploadSession): Promise<Pick<WireUpload, 'tusUrl'>> {
  return tus === undefined ? {} : { tusUrl: await tus.urlOf(id) }
}

/** The session that the path names. One of another actor is `not_found`, like one that does not exist. */
async function ownSession({ rindle, actorId, params: [id = ''] }: Call): Promise<UploadSession> {
  const session = await rindle.uploadSession(id)
  if (session.actorId === actorId) return session
  throw new RindleError('not_found', `Upload session ${id} was begun by another actor.`)
}

async function begin(
  { rindle, config, actorId }: Call,
  { profile, filename, contentType, byteSize, checksumSha256, order }: Declared,
  strategy: Exclude<AskedStrategy, 'auto'>,
  place: UploadPlace,
): Promise<WireUpload> {
  const options = {
    filename,
    contentType,
    byteSize,
    actorId,
    ...(checksumSha256 === undefined ? {} : { checksumSha256 }),
    ...(order === undefined ? {} : { order }),
    ...place,
  }
  if (strategy === 'multipart') return uploadView((await rindle.initiateMultipartUpload(profile, options)).session)
  if (strategy === 'resumable') {
    const { session: resumable } = await rindle.initiateResumableSession(profile, options)
    return uploadView(resumable, await tusUrlOf(config, resumable))
  }
  const { session, request } = await rindle.presignedPut(profile, options)
  return uploadView(session, { request })
}
