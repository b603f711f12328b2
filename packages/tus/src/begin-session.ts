import type { Profiles, Rindle } from '@rindle/core'
import { authorizeUpload } from '@rindle/core/adapter'
import type { TusCaller } from './tus-caller.ts'
import { type TusMetadata, type TusUploadIntent, uploadIntent } from './upload-intent.ts'
import { currentRequest } from './upload-request.ts'

/** Begins the session when the tus server names the upload: an upload has the id of its session. */
export async function beginSession(
  rindle: Rindle,
  headers: Headers,
  metadata: TusMetadata | undefined,
  expiresInSeconds: number,
): Promise<string> {
  const request = currentRequest()
  const length = headers.get('upload-length')
  const byteSize = length === null ? undefined : Number(length)
  const isPartial = request.concat === 'partial'
  const intent = uploadIntent(isPartial ? withProfile(metadata ?? {}, rindle.profiles) : metadata, byteSize)
  const { session, sessionUri } = await rindle.initiateResumableSession(intent.profile, {
    ...(await sessionOptions(request.caller, headers, intent, expiresInSeconds)),
    ...(byteSize === undefined ? {} : { byteSize }),
    ...(isPartial ? { resumableConcat: 'partial' } : {}),
  })
  request.sessionId = session.id
  request.begun = session
  request.sessionUri = sessionUri
  return session.id
}

/** The options of a session except its length. Asks the application first. */
export async function sessionOptions(
  caller: TusCaller,
  headers: Headers,
  intent: TusUploadIntent,
  expiresInSeconds: number,
): Promise<Omit<Parameters<Rindle['initiateResumableSession']>[1], 'byteSize' | 'resumableConcat'>> {
  const place = await authorizeUpload(caller.authorizeUpload, intent)
  const { filename, contentType, checksumSha256, order } = intent
  const resumableMetadata = headers.get('upload-metadata')
  return {
    filename,
    contentType,
    expiresInSeconds,
    ...(checksumSha256 === undefined ? {} : { checksumSha256 }),
    ...(order === undefined ? {} : { order }),
    ...(resumableMetadata === null ? {} : { resumableMetadata }),
    ...(caller.actorId === null ? {} : { actorId: caller.actorId }),
    ...(caller.tenant === undefined || caller.tenant === null ? {} : { tenant: caller.tenant }),
    ...place,
  }
}

/**
 * Gives a piece without a profile the one that takes the largest files. Clients send only the length of a piece, which
 * must be stored somewhere; the profile of the whole file judges the result.
 */
function withProfile(metadata: TusMetadata, profiles: Profiles): TusMetadata {
  if (typeof metadata['profile'] === 'string') return metadata
  const largestFirst = Object.entries(profiles).toSorted(([, a], [, b]) => b.accept.maxBytes - a.accept.maxBytes)
  return { ...metadata, profile: largestFirst[0]?.[0] ?? '' }
}
