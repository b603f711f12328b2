import type { AnyServer, AssetView, Client, ProfileName } from '@rindle/client'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { sendBy, type UploadHookOptions } from './send-by.ts'
import { createUploadList } from './upload-list.ts'
import { IDLE, type UploadState } from './upload-state.ts'

/** The result of {@link RindleHooks.useUpload}. */
export interface UploadHook<A> extends UploadState<A> {
  /**
   * Sends a file, and cancels one that is still running. Resolves with the asset, or with `undefined` if the upload
   * fails (see `error`) or is cancelled. Never rejects.
   */
  readonly upload: (file: File) => Promise<A | undefined>
  /** Cancels the running upload. */
  readonly cancel: () => void
  /** Cancels, then returns to `idle`. */
  readonly reset: () => void
}

/** One upload at a time. It is cancelled when the component unmounts. */
export function useUpload<R extends AnyServer, P extends ProfileName<R>>(
  client: Client<R>,
  profile: P,
  options: UploadHookOptions<R, P>,
): UploadHook<AssetView<R, P>> {
  const [list] = useState(() => createUploadList<AssetView<R, P>>())
  const items = useSyncExternalStore(list.subscribe, list.items, list.items)
  useEffect(() => list.cancelAll, [list])

  const reset = useCallback((): void => {
    for (const { id } of list.items()) list.remove(id)
  }, [list])
  const { slot, strategy, waitFor, onDone } = options
  const upload = useCallback(
    (file: File) => {
      reset()
      return list.add(file, sendBy(client, profile, { slot, strategy, waitFor, onDone } as UploadHookOptions<R, P>))
    },
    [client, list, reset, profile, slot, strategy, waitFor, onDone],
  )
  const { state, progress, asset, error } = items[0] ?? (IDLE as UploadState<AssetView<R, P>>)
  return { state, progress, asset, error, upload, cancel: list.cancelAll, reset }
}
