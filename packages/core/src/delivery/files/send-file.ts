import { isActiveContent } from '../../domain/content-types.ts'
import { isRindleError } from '../../domain/errors.ts'
import { problemResponse } from '../../kernel/problem-response.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { OpenFile, StorageAdapter, StoredObject } from '../../ports/storage.ts'
import { type RangeSelection, selectRange } from './byte-range.ts'
import { type FileAnswer, type FileCall, toAnswer } from './file-answer.ts'
import { evaluatePreconditions, hasVersion, matchesIfRange } from './preconditions.ts'
import { lookUnderWay, noteMissing, noteSeen, seenLately, shareLook } from './seen-lately.ts'

/** An object to send, and the headers that it does not know itself. */
export interface SentFile {
  readonly storage: StorageAdapter
  readonly key: string
  /** @default the object's */
  readonly contentType?: string
  readonly disposition?: string
  readonly cacheControl: string
}

/** The parts of a request that choose what is sent. */
export type FileRequest = Pick<FileCall, 'method' | 'headers'> & { readonly signal?: AbortSignal }

/** Bodies up to this size are read at once, so that neither a stream nor an open file is needed for them. */
const SMALL_BYTES = 64 * 1024

/**
 * Answers `GET` and `HEAD` with an object. Supports one byte range and every precondition of RFC 9110,
 * sections 13 and 14; ignores malformed ranges. A large body streams.
 */
export async function sendFile(runtime: Runtime, request: FileRequest, file: SentFile): Promise<FileAnswer> {
  const { storage, key } = file
  const open = storage.openFile?.bind(storage, key)
  if (open !== undefined) return sendLocal(runtime, request, file, open)
  if (wantsAll(request)) return sendAll(request, file)
  const object = await storage.head(key)
  if (object === undefined) return toAnswer(noSuchFile())
  const { answer, part } = await plan(runtime, request, file, object)
  if (part === null) return answer
  // The etag ties the bytes to the headers above, in case the object is replaced in between.
  const { body } = await storage.get(key, { range: part, ifMatch: object.etag, ...signalOf(request) })
  return { ...answer, body }
}

const CHOOSING = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/** Whether a request wants the object as it is: then one call of the storage tells and gives everything. */
function wantsAll({ method, headers }: FileRequest): boolean {
  return method === 'GET' && CHOOSING.every((name) => headers.get(name) === null)
}

function signalOf({ signal }: FileRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

async function sendAll(request: FileRequest, file: SentFile): Promise<FileAnswer> {
  try {
    const { body, ...object } = await file.storage.get(file.key, signalOf(request))
    const headers = { ...headersOf(object, file), 'content-length': String(object.byteSize) }
    return { status: 200, headers, body }
  } catch (error) {
    if (isRindleError(error, 'storage_object_missing')) return toAnswer(noSuchFile())
    throw error
  }
}

/** From local storage. Of requests that ask at once whether a file has changed, the first one looks at it. */
async function sendLocal(
  runtime: Runtime,
  request: FileRequest,
  file: SentFile,
  open: () => Promise<OpenFile | undefined>,
): Promise<FileAnswer> {
  const { storage, key } = file
  const look = async (): Promise<OpenFile | undefined> => {
    const opened = await open()
    if (opened === undefined) noteMissing(storage, key)
    else noteSeen(storage, key, opened.stored.etag, runtime.now())
    return opened
  }
  if (request.headers.get('if-none-match') === null) return sendOpened(runtime, request, file, await look())
  const running = lookUnderWay(storage, key)
  if (running !== undefined) await running
  const fresh = freshAnswer(runtime, request, file)
  return fresh ?? sendOpened(runtime, request, file, await shareLook(storage, key, look()))
}

/** Everything comes from the one file that is open: description, part and bytes. */
async function sendOpened(
  runtime: Runtime,
  request: FileRequest,
  file: SentFile,
  opened: OpenFile | undefined,
): Promise<FileAnswer> {
  if (opened === undefined) return toAnswer(noSuchFile())
  try {
    const { answer, part } = await plan(runtime, request, file, opened.stored)
    if (part === null) {
      opened.close()
      return answer
    }
    const byteSize = part.end - part.start + 1
    if (byteSize > SMALL_BYTES) return { ...answer, body: opened.stream(part.start, part.end) }
    const body = await opened.read(part.start, byteSize)
    opened.close()
    return { ...answer, body }
  } catch (error) {
    opened.close()
    throw error
  }
}

/**
 * The answer to a client that asks for nothing but a change of the version that it has, which was there a moment ago; else
 * `null`. No file is looked at.
 */
export function freshAnswer(runtime: Runtime, { headers }: FileRequest, file: SentFile): FileAnswer | null {
  const entityTag = seenLately(file.storage, file.key, runtime.now())
  return entityTag !== undefined && hasVersion(headers, entityTag) ? notModified(file, entityTag) : null
}

/** The headers that a cache updates from a 304 (RFC 9110, 15.4.5). */
function notModified({ cacheControl }: SentFile, entityTag: string): FileAnswer {
  return { status: 304, headers: { etag: entityTag, 'cache-control': cacheControl }, body: null }
}

/** An answer, and the bytes that its body has; `null`: it has its body, or none. */
interface Plan {
  readonly answer: FileAnswer
  readonly part: { readonly start: number; readonly end: number } | null
}

async function plan(runtime: Runtime, request: FileRequest, file: SentFile, object: StoredObject): Promise<Plan> {
  const outcome = evaluatePreconditions(request.headers, object)
  if (outcome === 'failed') return { answer: await toAnswer(notExpected()), part: null }
  if (outcome === 'not_modified') return { answer: notModified(file, `"${object.etag}"`), part: null }
  const selection = select(runtime, request, file, object)
  if (selection.select === 'unsatisfiable') {
    const refused = { status: 416, code: 'invalid_input', detail: 'The range is outside of the file.' } as const
    return {
      answer: await toAnswer(problemResponse(refused, { 'content-range': `bytes */${object.byteSize}` })),
      part: null,
    }
  }
  const isPart = selection.select === 'part'
  const { start, end } = isPart ? selection : { start: 0, end: object.byteSize - 1 }
  const headers = {
    ...headersOf(object, file),
    'content-length': String(end - start + 1),
    ...(isPart ? { 'content-range': `bytes ${start}-${end}/${object.byteSize}` } : {}),
  }
  const isEmpty = request.method === 'HEAD' || end < start
  return { answer: { status: isPart ? 206 : 200, headers, body: null }, part: isEmpty ? null : { start, end } }
}

/** The answer to a request for bytes that are not there. */
export function noSuchFile(): Response {
  return problemResponse({ status: 404, code: 'storage_object_missing', detail: 'There is no such file.' })
}

function notExpected(): Response {
  const detail = 'The file is not the expected one.'
  return problemResponse({ status: 412, code: 'storage_precondition_failed', detail })
}

function headersOf(
  object: StoredObject,
  { contentType = object.contentType, disposition, cacheControl }: SentFile,
): Readonly<Record<string, string>> {
  return {
    'accept-ranges': 'bytes',
    'content-type': contentType,
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    ...(disposition === undefined ? {} : { 'content-disposition': disposition }),
    ...(isActiveContent(contentType) ? { 'content-security-policy': "default-src 'none'; sandbox" } : {}),
  }
}

/** A range applies to `GET` alone, and only to the version that `If-Range` names. */
function select(
  runtime: Runtime,
  request: FileRequest,
  { storage, key }: SentFile,
  object: StoredObject,
): RangeSelection {
  const header = request.headers.get('range')
  const isWhole =
    header === null || request.method !== 'GET' || !matchesIfRange(request.headers.get('if-range'), object)
  if (isWhole) return { select: 'whole' }
  const selection = selectRange(header, object.byteSize)
  if (selection.select === 'malformed') {
    // The profile in a key of Rindle's, which may no longer be configured.
    const name = key.split('/').at(-3) ?? ''
    const profile = Object.hasOwn(runtime.profiles, name) ? name : 'unknown'
    runtime.events.emit({
      name: 'rindle.delivery.range_fallback',
      metadata: { profile, adapter: storage.name },
      measurements: { count: 1 },
    })
  }
  return selection
}
