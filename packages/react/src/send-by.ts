import type { AnyServer, AssetView, Client, ProfileName, UploadFileOptions } from '@rindle/client'
import type { SendFile } from './upload-list.ts'

/** Options of the hooks that upload. */
export interface UploadHookOptions<R extends AnyServer, P extends ProfileName<R>>
  extends Pick<UploadFileOptions<R, P>, 'slot' | 'strategy' | 'waitFor'> {
  /** Called when an upload is done, unless the component is unmounted. */
  readonly onDone?: (asset: AssetView<R, P>, file: File) => void
}

/** An upload function of the client with the current options. */
export function sendBy<R extends AnyServer, P extends ProfileName<R>>(
  client: Client<R>,
  profile: P,
  { onDone, ...options }: UploadHookOptions<R, P>,
): SendFile<AssetView<R, P>> {
  return async (file, { signal, onProgress, order }) => {
    const asset = await client.upload(file, { ...options, profile, signal, onProgress, order })
    if (!signal.aborted) onDone?.(asset, file)
    return asset
  }
}
