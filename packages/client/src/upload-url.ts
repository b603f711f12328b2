import { isClientError } from './client-error.ts'
import { type Connection, requestJson } from './connection.ts'
import { withRetries } from './retry.ts'
import { type AnyUploadFileOptions, awaitAsset, giveUp, reporterOf } from './upload-file.ts'
import type { UploadFromUrl } from './upload-file-options.ts'
import type { WireAsset, WireUpload } from './wire.ts'

/** One upload from a URL, from the request to the asset that `waitFor` asks for. Rejects as `Client.upload` says. */
export async function uploadUrl(
  connection: Connection,
  { url, filename }: UploadFromUrl,
  options: AnyUploadFileOptions,
): Promise<WireAsset> {
  const { profile, slot, waitFor = 'ready' } = options
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal])
  const report = reporterOf(0, options)
  report('negotiating', 0)
  const body = {
    profile,
    url,
    ...(filename === undefined ? {} : { filename }),
    ...(slot === undefined ? {} : { slot }),
  }
  const call = { route: 'POST /uploads/from-url', params: {}, body, signal } as const
  // A request whose answer was lost may have begun an upload: it is fetched, and no page waits for it.
  const upload: WireUpload = await withRetries(signal, () => requestJson(connection, call))
  report('uploading', 0)
  try {
    const asset = await awaitAsset(connection, upload.assetId, { waitFor, signal, report, byteSize: 0 })
    report('done', 0, asset)
    return asset
  } catch (error) {
    if (signal.aborted && !isClientError(error)) await giveUp(connection, upload)
    throw error
  }
}
