import { type Rindle, RindleError } from '@rindle/core'
import { sessionOptions } from './begin-session.ts'
import type { TusServerConfig } from './options.ts'
import { OFFSET_STREAM, TUS_VERSION } from './protocol-request.ts'
import type { TusCaller } from './tus-caller.ts'
import type { UploadChecksum } from './upload-checksum.ts'
import { uploadIntent } from './upload-intent.ts'
import { metadataOf } from './upload-metadata.ts'
import { wholeBody } from './whole-body.ts'

/** Files up to this size are held in memory until they are there: as much as a socket buffers for its reader. */
const WHOLE_BYTES = 64 * 1024

/** Headers with which a request goes the long way, where @tus/server judges them. */
const UNUSUAL = ['upload-defer-length', 'upload-offset', 'upload-concat', 'tus-version']

/** A request that begins an upload. */
export interface Creation {
  readonly request: Request
  readonly caller: TusCaller
  readonly checksum: UploadChecksum | undefined
}

/**
 * Answers a creation that comes with the whole of a small file: nobody knows its URL before the answer, so that neither a
 * lock nor progress of it need a row. Any other creation is returned as the request for the long way; so is one that breaks
 * off, with the bytes that arrived.
 */
export async function createWhole(
  rindle: Rindle,
  config: TusServerConfig,
  { request, caller, checksum }: Creation,
): Promise<Response | Request> {
  const { headers, body } = request
  const byteSize = wholeSize(headers)
  if (byteSize === undefined || body === null) return request
  const { bytes, isWhole } = await wholeBody(body, byteSize, config.bodyLimits)
  // Without an error: the answer, if the client still takes one, tells it where to continue.
  if (!isWhole) return new Request(request, { method: 'POST', body: bytes })
  if (checksum !== undefined && !checksum.hash.update(bytes).digest().equals(checksum.expected)) {
    throw new RindleError('checksum_mismatch', 'The body does not match the checksum that came with it.')
  }
  const intent = uploadIntent(metadataOf(headers), byteSize)
  const options = await sessionOptions(caller, headers, intent, config.expiresInSeconds)
  const { sessionUri } = await rindle.uploadResumable(intent.profile, bytes, options)
  return new Response(null, {
    status: 201,
    headers: {
      'tus-resumable': TUS_VERSION,
      'upload-offset': String(byteSize),
      location: `${config.path}/${sessionUri}`,
    },
  })
}

/** The size of a small file that comes as a whole; `undefined` for every other creation. Pure. */
function wholeSize(headers: Headers): number | undefined {
  const length = headers.get('upload-length') ?? ''
  const isWhole = headers.get('content-type') === OFFSET_STREAM && headers.get('content-length') === length
  if (!isWhole || !/^[1-9]\d{0,4}$/.test(length) || Number(length) > WHOLE_BYTES) return undefined
  const proto = headers.get('x-forwarded-proto') ?? 'https'
  const isUsual = UNUSUAL.every((name) => headers.get(name) === null) && (proto === 'http' || proto === 'https')
  return isUsual ? Number(length) : undefined
}
