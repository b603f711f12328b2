'use client'

import { type ReactElement, useState } from 'react'

/** A photo in an ordered list. */
export interface OrderedPhoto {
  readonly id: string
  /** The URL of a square tile; `null` while there is none. */
  readonly url: string | null
}

interface PhotoOrderProps {
  readonly photos: readonly OrderedPhoto[]
  readonly onOrder: (photos: readonly OrderedPhoto[]) => void
  readonly onRemove: (photo: OrderedPhoto) => void
}

/** Photos to put in order by dragging, or by the buttons below each. */
export function PhotoOrder({ photos, onOrder, onRemove }: PhotoOrderProps): ReactElement {
  const [draggedId, setDraggedId] = useState<string | null>(null)
  const [said, say] = useState('')
  const move = (from: number, to: number): void => {
    onOrder(moved(photos, from, to))
    say(`Photo ${from + 1} is now number ${to + 1} of ${photos.length}.`)
  }
  const drop = (to: number): void => {
    const from = photos.findIndex(({ id }) => id === draggedId)
    if (from >= 0 && from !== to) move(from, to)
  }
  return (
    <>
      <ol className="photo-order" aria-label="Photos in their order">
        {photos.map((photo, index) => (
          <li
            key={photo.id}
            draggable
            data-photo={photo.id}
            data-dragged={photo.id === draggedId ? '' : undefined}
            onDragStart={() => setDraggedId(photo.id)}
            onDragEnd={() => setDraggedId(null)}
            onDragOver={(event) => draggedId !== null && event.preventDefault()}
            onDrop={() => drop(index)}
          >
            {photo.url === null ? (
              <span className="tile-placeholder" />
            ) : (
              <img
                src={photo.url}
                alt={`Photo ${index + 1}`}
                width={480}
                height={480}
                loading="lazy"
                draggable={false}
              />
            )}
            <span className="photo-buttons">
              <MoveButton
                label={`Move photo ${index + 1} earlier`}
                sign="←"
                isDisabled={index === 0}
                onMove={() => move(index, index - 1)}
              />
              <button type="button" aria-label={`Remove photo ${index + 1}`} onClick={() => onRemove(photo)}>
                ✕
              </button>
              <MoveButton
                label={`Move photo ${index + 1} later`}
                sign="→"
                isDisabled={index === photos.length - 1}
                onMove={() => move(index, index + 1)}
              />
            </span>
          </li>
        ))}
      </ol>
      <p role="status" className="visually-hidden">
        {said}
      </p>
    </>
  )
}

interface MoveButtonProps {
  readonly label: string
  readonly sign: string
  readonly isDisabled: boolean
  readonly onMove: () => void
}

// `aria-disabled` and not `disabled`: a photo that arrives at an end must not take the focus away from the user.
function MoveButton({ label, sign, isDisabled, onMove }: MoveButtonProps): ReactElement {
  return (
    <button type="button" aria-label={label} aria-disabled={isDisabled} onClick={() => !isDisabled && onMove()}>
      {sign}
    </button>
  )
}

/** The list with one item moved to another place. Pure. */
function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from]
  return item === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, item)
}
