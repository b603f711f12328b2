import type { AnyServer, AssetView, Client, Focus } from '@rindle/client'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { createFocusSaves, type FocusListener } from './focus-saves.ts'

/** The focal point of an asset, as the server last told it. */
export interface FocusedAsset {
  readonly id: string
  /** `null`: none is chosen. */
  readonly focus: Focus | null
}

/** The result of {@link RindleHooks.useFocus}. */
export interface FocusHook {
  /** The chosen point, also while it is being saved; `null`: none. */
  readonly focus: Focus | null
  /** Saves another point; `null`: the processor finds the centre of attention. Never throws: see `error`. */
  readonly setFocus: (focus: Focus | null) => void
  readonly isSaving: boolean
  /** Why the last choice was not saved, or why it is not known when the crops follow; show its `message` to the user. */
  readonly error: Error | undefined
}

/** The focal point of one asset, with a function that saves another one. */
export function useFocus<R extends AnyServer>(
  client: Client<R>,
  asset: FocusedAsset,
  { onSaved, onDone }: FocusListener<AssetView<R>>,
): FocusHook {
  const { id } = asset
  const saves = useMemo(
    () =>
      createFocusSaves<AssetView<R>>({
        save: (focus) => client.setFocus(id, focus),
        settle: (_saved, signal) => client.watch(id, () => {}, { signal }),
      }),
    [client, id],
  )
  const choice = useSyncExternalStore(saves.subscribe, saves.choice, saves.choice)
  useEffect(() => saves.leave, [saves])

  // Once the page knows of another point than when this one was chosen, the page is right.
  const isCurrent = choice !== undefined && (choice.isSaving || isSame(choice.from, asset.focus))
  return {
    focus: isCurrent ? choice.focus : asset.focus,
    setFocus: (focus) => void saves.choose(focus, asset.focus, { onSaved, onDone }),
    isSaving: choice?.isSaving ?? false,
    error: choice?.error,
  }
}

function isSame(one: Focus | null, other: Focus | null): boolean {
  return one?.x === other?.x && one?.y === other?.y
}
