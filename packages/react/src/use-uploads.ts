import type { AnyServer, AssetView, Client, ProfileName } from '@rindle/client'
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { sendBy, type UploadHookOptions } from './send-by.ts'
import { createUploadList, type UploadItem } from './upload-list.ts'

/** The result of {@link RindleHooks.useUploads}. */
export interface UploadsHook<A> {
  /** Every upload that was added and not removed, in order. */
  readonly items: readonly UploadItem<A>[]
  /** Begins one upload for each file. */
  readonly add: (files: Iterable<File>) => void
  /** Cancels one upload; it stays in the list. */
  readonly cancel: (id: number) => void
  /** Begins a failed or cancelled upload again. */
  readonly retry: (id: number) => void
  /** Cancels an upload and removes it from the list. */
  readonly remove: (id: number) => void
}

/** Any number of uploads of one profile. Running ones are cancelled when the component unmounts. */
export function useUploads<R extends AnyServer, P extends ProfileName<R>>(
  client: Client<R>,
  profile: P,
  options: UploadHookOptions<R, P>,
): UploadsHook<AssetView<R, P>> {
  const [list] = useState(() => createUploadList<AssetView<R, P>>())
  const items = useSyncExternalStore(list.subscribe, list.items, list.items)
  useEffect(() => list.cancelAll, [list])

  const { slot, strategy, waitFor, onDone } = options
  const add = useCallback(
    (files: Iterable<File>): void => {
      const send = sendBy(client, profile, { slot, strategy, waitFor, onDone } as UploadHookOptions<R, P>)
      for (const file of files) void list.add(file, send)
    },
    [client, list, profile, slot, strategy, waitFor, onDone],
  )
  const retry = useCallback((id: number): void => void list.retry(id), [list])
  return { items, add, cancel: list.cancel, retry, remove: list.remove }
}
