import type { AnyServer, AssetView, Client } from '@rindle/client'
import { createElement, Fragment, type ReactElement } from 'react'
import { FocusPicker, type FocusPickerProps } from './focus-picker.ts'
import type { FocusListener } from './focus-saves.ts'
import { type FocusedAsset, useFocus } from './use-focus.ts'

/** Props of {@link RindleHooks.FocusPicker}. */
export interface SavingFocusPickerProps<R extends AnyServer>
  extends Omit<FocusPickerProps, 'value' | 'onCommit'>,
    FocusListener<AssetView<R>> {
  /** The asset whose point it is. */
  readonly asset: FocusedAsset
}

/** The component of one client. */
export function savingFocusPickerOf<R extends AnyServer>(
  client: Client<R>,
): (props: SavingFocusPickerProps<R>) => ReactElement {
  return function SavingFocusPicker({ asset, onSaved, onDone, ...props }) {
    const { focus, setFocus, error } = useFocus(client, asset, { onSaved, onDone })
    return createElement(
      Fragment,
      null,
      createElement(FocusPicker, { ...props, value: focus, onCommit: setFocus }),
      error === undefined ? null : createElement('p', { role: 'alert' }, error.message),
    )
  }
}
