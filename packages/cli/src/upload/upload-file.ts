import {
  type Asset,
  isRindleError,
  type Owner,
  type Rindle,
  RindleError,
  type UploadSession,
  type UploadSource,
} from '@rindle/core'
import { explainError } from '../explain-error.ts'

/** The result of one file. */
export type UploadResult =
  | { readonly outcome: 'uploaded'; readonly asset: Asset }
  /** The profile does not accept it. */
  | { readonly outcome: 'rejected'; readonly reason: string; readonly message: string }
  /** It could not be read or stored. */
  | { readonly outcome: 'error'; readonly reason: string; readonly message: string }

/** Options of an upload. */
export interface UploadFileOptions {
  /** @default the source's own name */
  readonly filename?: string
  /** Attaches the asset, alone, to this slot of the owner. */
  readonly place?: { readonly owner: Owner; readonly slot: string }
}

/** An instance, or the view of a tenant. */
type Uploader = Pick<Rindle, 'upload' | 'uploadFrom' | 'asset'>

/** After these errors the next file would fail for the same reason. */
const FATAL: ReadonlySet<string> = new Set([
  'config_invalid',
  'setup_incomplete',
  'unknown_profile',
  'unknown_slot',
  'database_unavailable',
])

/** Uploads one file. Returns a failure of that file alone; throws an error that would stop every other file, too. */
export async function uploadFile(
  rindle: Uploader,
  profile: string,
  source: UploadSource,
  { filename, place }: UploadFileOptions = {},
): Promise<UploadResult> {
  try {
    const options = { ...(filename === undefined ? {} : { filename }), ...place }
    const asset = isUrl(source)
      ? await fetched(rindle, await rindle.uploadFrom(profile, source, options))
      : await rindle.upload(profile, source, options)
    return { outcome: 'uploaded', asset }
  } catch (error) {
    const { code, message, stack } = explainError(error)
    if (isRindleError(error, 'upload_rejected')) {
      const { reason } = error.details
      return { outcome: 'rejected', reason: typeof reason === 'string' ? reason : code, message }
    }
    if (stack !== undefined || FATAL.has(code)) throw error
    return { outcome: 'error', reason: code, message }
  }
}

/** Whether a source is the URL of a file on a server, which a worker fetches. */
export function isUrl(source: UploadSource): source is string {
  return typeof source === 'string' && /^https?:\/\//i.test(source)
}

async function fetched(rindle: Uploader, { assetId }: UploadSession): Promise<Asset> {
  const asset = await rindle.asset(assetId)
  if (asset === null) throw new RindleError('not_found', `Asset ${assetId} has already been deleted.`)
  return asset
}
