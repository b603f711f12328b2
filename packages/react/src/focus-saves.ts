import type { Focus } from '@rindle/client'

/** The focal point that was chosen last. */
export interface FocusChoice {
  /** What to show: the choice, or the last one that was saved if this one was not. */
  readonly focus: Focus | null
  /** The point of the asset when this one was chosen. */
  readonly from: Focus | null
  readonly isSaving: boolean
  /** Why it was not saved, or why it is not known when the crops follow. */
  readonly error: Error | undefined
}

/** A server that keeps focal points. */
export interface FocusServer<A> {
  readonly save: (focus: Focus | null) => Promise<A>
  /** Waits until the crops of the asset are made anew. */
  readonly settle: (asset: A, signal: AbortSignal) => Promise<A>
}

/** Told what becomes of a choice, unless a later one follows. */
export interface FocusListener<A> {
  /** Called when the choice is saved; the crops still show the old one. */
  readonly onSaved?: ((asset: A) => void) | undefined
  /** Called when the crops are made anew, or cannot be. */
  readonly onDone?: ((asset: A) => void) | undefined
}

/** The choices of one focal point. */
export interface FocusSaves<A> {
  /** The same object until something changes; `undefined`: nothing has been chosen. */
  readonly choice: () => FocusChoice | undefined
  /** Calls `listener` after every change; returns the function that removes it. */
  readonly subscribe: (listener: () => void) => () => void
  /**
   * Saves a choice after the one that is on its way, unless a later one comes first. Rejects only with an error of the
   * listener.
   */
  readonly choose: (focus: Focus | null, from: Focus | null, listener: FocusListener<A>) => Promise<void>
  /** Waits for crops no longer. A choice is saved all the same. */
  readonly leave: () => void
}

/** Saves choices one after the other, because of two at once either could win. */
export function createFocusSaves<A>({ save, settle }: FocusServer<A>): FocusSaves<A> {
  const listeners = new Set<() => void>()
  let choice: FocusChoice | undefined
  let saved: Focus | null | undefined
  let latest = 0
  let onItsWay: Promise<unknown> = Promise.resolve()
  let waiting = new AbortController()

  const publish = (changed: FocusChoice): void => {
    choice = changed
    for (const listener of listeners) listener()
  }

  return {
    choice: () => choice,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async choose(focus, from, { onSaved, onDone }) {
      latest += 1
      const turn = latest
      waiting.abort()
      waiting = new AbortController()
      const { signal } = waiting
      const isOvertaken = (): boolean => turn !== latest
      const fail = (error: unknown): void => {
        if (isOvertaken() || signal.aborted) return
        const focusToShow = saved === undefined ? from : saved
        publish({ focus: focusToShow, from, isSaving: false, error: asError(error) })
      }

      publish({ focus, from, isSaving: true, error: undefined })
      const saving = onItsWay.then(() => (isOvertaken() ? undefined : save(focus)))
      const asset = saving.catch(fail)
      onItsWay = asset
      const kept = await asset
      if (kept === undefined) return
      saved = focus
      if (isOvertaken()) return
      publish({ focus, from, isSaving: false, error: undefined })
      if (signal.aborted) return
      onSaved?.(kept)
      if (onDone === undefined) return
      const settled = await settle(kept, signal).catch(fail)
      if (settled !== undefined && !signal.aborted) onDone(settled)
    },
    leave: () => waiting.abort(),
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
