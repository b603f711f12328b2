import type { SqlExecutor } from '@rindle/prisma'
import type { UploadSession } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import { fetchKey } from '../../domain/queues.ts'
import { uploadRejected } from '../../domain/upload-rejected.ts'
import { requireCapability } from '../../kernel/require-capability.ts'
import { profileOf, type Runtime } from '../../kernel/runtime.ts'
import { inTransaction } from '../../kernel/unit-of-work.ts'
import type { JobRequest } from '../../ports/jobs.ts'
import { insertUpload } from '../insert-upload.ts'
import { type InitiateOptions, type PlannedUpload, planUpload } from '../plan-upload.ts'
import { acceptedName, nameOfUrl } from './describe-response.ts'
import { FetchRefused } from './fetch-errors.ts'
import type { FetchSource } from './fetch-source.ts'
import { allowedUrl } from './source-url.ts'

/** Options of {@link uploadFrom}. */
export interface UploadFromOptions
  extends Omit<InitiateOptions, 'filename' | 'contentType' | 'byteSize' | 'checksumSha256'> {
  /** The name of the file; only a sanitised form is stored. @default that of the response, else the last part of the URL */
  readonly filename?: string
  /**
   * The hosts that may be asked, also by redirects: `cdn.example.com`, or `*.example.com` for every name below it. List
   * them if the URL comes from a user. @default every public host
   */
  readonly hosts?: readonly string[]
  /**
   * Headers for the server of the URL; a redirect to another origin does not get them. They are kept, with the URL, in the
   * session's row until the upload has ended, and appear in no log, event or answer. At most 8192 characters.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>
  /** Largest size in bytes, if it is less than the profile's. @default the profile's */
  readonly maxBytes?: number
  /** SHA-256 in lower-case hex; a file with another one is refused. @default any file */
  readonly checksumSha256?: string
  /** How long the server is asked again after failures, in seconds, until the upload fails. @default 86400 */
  readonly expiresInSeconds?: number
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
}

/** What the request itself decides, and what belongs to one hop. */
const OWN_HEADERS = [
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'if-range',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
const MAX_HEADER_LENGTH = 8_192

/**
 * Begins an upload from a URL: a `staged` asset, an `initialized` session of the strategy `fetched`, and the job that
 * fetches the file, in one transaction. Asks no server. `invalid_input` for a URL, header or limit that cannot be,
 * `upload_rejected` for the address of a private network, `unknown_profile`, `capability_unsupported`.
 */
export async function uploadFrom(
  runtime: Runtime,
  profileName: string,
  url: string | URL,
  options: UploadFromOptions = {},
): Promise<UploadSession> {
  const { accept } = profileOf(runtime, profileName)
  const hosts = checkedHosts(options.hosts)
  const allowed = checkedUrl(runtime, url, hosts)
  const source: FetchSource = {
    url: allowed.href,
    headers: checkedHeaders(options.headers),
    hosts,
    maxBytes: checkedMaxBytes(options.maxBytes),
    isNamed: options.filename !== undefined,
    validator: null,
  }
  const declared = { ...options, filename: options.filename ?? acceptedName(nameOfUrl(allowed), accept) }
  const planned = planUpload(runtime, profileName, declared, 'fetched')
  requireCapability(planned.storage, 'resumable_upload_session', 'upload')
  return inTransaction(runtime, options.tx, async (unit) => {
    const session = await insertUpload(runtime, unit, bounded(planned, source), declared, {
      fetchSource: { ...source },
    })
    unit.enqueue(fetchRequest(session))
    return session
  })
}

/** A quota is asked for no more bytes than will be taken. */
function bounded(planned: PlannedUpload, { maxBytes }: FetchSource): PlannedUpload {
  const { profile } = planned
  if (maxBytes === null || maxBytes >= profile.accept.maxBytes) return planned
  return { ...planned, profile: { ...profile, accept: { ...profile.accept, maxBytes } } }
}

/** The job that fetches the file of a session. Pure. */
export function fetchRequest({ id, assetId }: Pick<UploadSession, 'id' | 'assetId'>): JobRequest {
  return { queue: 'rindle_fetch', key: fetchKey(assetId), payload: { assetId, sessionId: id } }
}

function checkedUrl({ fetch }: Runtime, url: string | URL, hosts: readonly string[] | null): URL {
  try {
    return allowedUrl(url, { hosts, network: fetch })
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error
    const { reason, message } = error
    if (reason === 'address_refused') throw uploadRejected({ reason, message })
    throw new RindleError('invalid_input', `${message}${isDataUrl(url) ? ' Pass a data URL to upload().' : ''}`)
  }
}

function isDataUrl(url: string | URL): boolean {
  return /^data:/i.test(String(url))
}

function checkedHosts(hosts: readonly string[] | undefined): readonly string[] | null {
  if (hosts === undefined) return null
  const wrong = hosts.find((host) => !/^(\*\.)?[a-z0-9._:-]+$/i.test(host))
  if (wrong === undefined && hosts.length > 0) return hosts
  throw new RindleError(
    'invalid_input',
    'hosts must be names such as cdn.example.com or *.example.com, without a port.',
  )
}

function checkedHeaders(headers: UploadFromOptions['headers'] = {}): Readonly<Record<string, string>> {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  const own = names.find((name) => OWN_HEADERS.includes(name))
  if (own !== undefined)
    throw new RindleError('invalid_input', `You cannot pass the header ${own}, because Rindle sets it.`)
  let checked: Record<string, string>
  try {
    checked = Object.fromEntries(new Headers(headers))
  } catch {
    // The message of the platform may repeat a value, and values are secrets.
    throw new RindleError('invalid_input', `The headers ${names.join(', ')} have a name or a value that HTTP forbids.`)
  }
  if (JSON.stringify(checked).length <= MAX_HEADER_LENGTH) return checked
  throw new RindleError('invalid_input', `The headers may have at most ${MAX_HEADER_LENGTH} characters.`)
}

function checkedMaxBytes(maxBytes: number | undefined): number | null {
  if (maxBytes === undefined) return null
  if (Number.isSafeInteger(maxBytes) && maxBytes > 0) return maxBytes
  throw new RindleError('invalid_input', 'maxBytes must be a whole number of bytes, at least 1.')
}
