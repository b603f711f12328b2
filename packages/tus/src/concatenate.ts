import { type Rindle, RindleError } from '@rindle/core'
import { sessionOptions } from './begin-session.ts'
import type { TusServerConfig } from './options.ts'
import { TUS_VERSION } from './protocol-request.ts'
import type { TusCaller } from './tus-caller.ts'
import { uploadIntent } from './upload-intent.ts'
import { metadataOf } from './upload-metadata.ts'

/** As many pieces as a multipart upload has parts. */
const MOST_PIECES = 10_000

/** Answers `Upload-Concat: final;<url> <url>…`: @tus/server does not support concatenation. */
export async function concatenate(
  rindle: Rindle,
  config: TusServerConfig,
  request: Request,
  caller: TusCaller,
): Promise<Response> {
  const { headers, signal } = request
  const concat = headers.get('upload-concat') ?? ''
  if (headers.get('upload-length') !== null || headers.get('upload-defer-length') !== null) {
    throw new RindleError('invalid_input', 'A concatenated upload has the length of its pieces: omit Upload-Length.')
  }
  const pieceIds: string[] = []
  for (const segment of pieceSegments(concat, config.path)) {
    pieceIds.push((await rindle.findResumableSession(segment, caller)).id)
  }
  const intent = uploadIntent(metadataOf(headers), undefined)
  const options = await sessionOptions(caller, headers, intent, config.expiresInSeconds)
  const { sessionUri } = await rindle.concatenateUploads(intent.profile, pieceIds, {
    ...options,
    resumableConcat: concat,
    signal,
  })
  return new Response(null, {
    status: 201,
    headers: { 'tus-resumable': TUS_VERSION, location: `${config.path}/${sessionUri}` },
  })
}

/** The last segments of the pieces' URLs, which may be absolute. `invalid_input` for URLs of another server. Pure. */
function pieceSegments(concat: string, path: string): readonly string[] {
  const urls = concat
    .slice('final;'.length)
    .split(' ')
    .filter((url) => url !== '')
  if (!concat.startsWith('final;') || urls.length === 0 || urls.length > MOST_PIECES) {
    throw new RindleError(
      'invalid_input',
      `Upload-Concat must be "partial", or "final;" and the URLs of up to ${MOST_PIECES} pieces.`,
    )
  }
  return urls.map((url) => {
    const pathname = URL.parse(url, 'http://localhost')?.pathname ?? ''
    if (pathname.startsWith(`${path}/`)) return pathname.slice(path.length + 1)
    throw new RindleError('invalid_input', 'A piece of Upload-Concat is not an upload of this server.')
  })
}
