import type { ChosenOrder, UploadProgress } from '@rindle/client'
import { isRunning, stateOf, type UploadState } from './upload-state.ts'

/** Sends one file; `Client.upload`, with profile and options filled in. */
export type SendFile<A> = (
  file: File,
  options: {
    readonly signal: AbortSignal
    readonly onProgress: (progress: UploadProgress<A>) => void
    readonly order: ChosenOrder
  },
) => Promise<A>

/** One file of a list. */
export interface UploadItem<A> extends UploadState<A> {
  /** Unique within its list. */
  readonly id: number
  readonly file: File
}

/** Uploads that a component has begun. None of its promises ever rejects. */
export interface UploadList<A> {
  /** The same array until something changes. */
  readonly items: () => readonly UploadItem<A>[]
  /** Calls `listener` after every change; returns the function that removes it. */
  readonly subscribe: (listener: () => void) => () => void
  /** Begins an upload; resolves with its asset, or with `undefined` if it fails or is cancelled. */
  readonly add: (file: File, send: SendFile<A>) => Promise<A | undefined>
  /** Begins a failed or cancelled upload again. */
  readonly retry: (id: number) => Promise<A | undefined>
  /** Cancels a running upload. */
  readonly cancel: (id: number) => void
  /** Cancels an upload and removes it from the list. */
  readonly remove: (id: number) => void
  /** Cancels all running uploads. */
  readonly cancelAll: () => void
}

interface Entry<A> {
  item: UploadItem<A>
  readonly send: SendFile<A>
  controller: AbortController
}

/** An empty list. */
export function createUploadList<A>(): UploadList<A> {
  const entries = new Map<number, Entry<A>>()
  const listeners = new Set<() => void>()
  let snapshot: readonly UploadItem<A>[] = []
  // Names this list to the server: a file that is sent again keeps its place.
  const batch = crypto.getRandomValues(new Uint32Array(4)).join('-')
  let lastId = 0

  const publish = (): void => {
    snapshot = [...entries.values()].map(({ item }) => item)
    for (const listener of listeners) listener()
  }
  const update = (entry: Entry<A>, change: Partial<UploadState<A>>): void => {
    entry.item = { ...entry.item, ...change }
    if (entries.has(entry.item.id)) publish()
  }
  const run = async (entry: Entry<A>): Promise<A | undefined> => {
    const controller = new AbortController()
    const { signal } = controller
    entry.controller = controller
    const { file } = entry.item
    const begin: UploadProgress<A> = { phase: 'negotiating', loadedBytes: 0, totalBytes: file.size }
    update(entry, stateOf(begin))
    // A cancelled attempt may still report; a retry has another signal, so the old attempt is ignored.
    const onProgress = (progress: UploadProgress<A>): void => {
      if (!signal.aborted) update(entry, stateOf(progress))
    }
    try {
      const asset = await entry.send(file, { signal, onProgress, order: { batch, index: entry.item.id } })
      if (!signal.aborted) update(entry, { state: 'done', asset })
      return asset
    } catch (error) {
      if (!signal.aborted) update(entry, { state: 'failed', error: asError(error) })
      return undefined
    }
  }
  const cancel = (entry: Entry<A> | undefined): void => {
    if (entry === undefined || !isRunning(entry.item)) return
    entry.controller.abort()
    update(entry, { state: 'cancelled' })
  }

  return {
    items: () => snapshot,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add(file, send) {
      lastId += 1
      const entry: Entry<A> = { item: itemOf(lastId, file), send, controller: new AbortController() }
      entries.set(lastId, entry)
      return run(entry)
    },
    async retry(id) {
      const entry = entries.get(id)
      return entry === undefined || isRunning(entry.item) || entry.item.state === 'done' ? undefined : run(entry)
    },
    cancel: (id) => cancel(entries.get(id)),
    remove(id) {
      cancel(entries.get(id))
      if (entries.delete(id)) publish()
    },
    cancelAll: () => entries.forEach(cancel),
  }
}

function itemOf<A>(id: number, file: File): UploadItem<A> {
  return { id, file, ...stateOf<A>({ phase: 'negotiating', loadedBytes: 0, totalBytes: file.size }) }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
