'use client'

import { type FocusedAsset, FocusPicker, Picture, type PictureData } from '@rindle/react'
import { useRouter } from 'next/navigation'
import { type ReactElement, useState } from 'react'
import { useFocus } from '../../media/client.ts'

interface AvatarFocusProps {
  readonly asset: FocusedAsset
  /** The whole picture. */
  readonly picture: PictureData
}

/** Moves the point that the avatar is cut around. Every avatar of the page follows when the crops are made anew. */
export function AvatarFocus({ asset, picture }: AvatarFocusProps): ReactElement {
  const router = useRouter()
  const [isOpen, setOpen] = useState(false)
  const { focus, setFocus, isSaving, error } = useFocus(
    { id: asset.id, focus: asset.focus },
    { onDone: () => router.refresh() },
  )
  return (
    <details className="avatar-focus" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Move the focus</summary>
      <p className="hint">Put the ring on your face: drag it, or use the arrow keys.</p>
      {isOpen && (
        <FocusPicker value={focus} onCommit={setFocus}>
          <Picture picture={picture} />
        </FocusPicker>
      )}
      <div className="form-row">
        <button type="button" className="quiet-button" disabled={focus === null} onClick={() => setFocus(null)}>
          Find it for me
        </button>
        <p role="status" className="hint">
          {isSaving ? 'Saving…' : ''}
        </p>
      </div>
      {error !== undefined && (
        <p className="error" role="alert">
          {error.message}
        </p>
      )}
    </details>
  )
}
