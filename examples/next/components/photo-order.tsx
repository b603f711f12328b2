'use client'

import { type KeyboardEvent, type ReactElement, useId, useState } from 'react'
import { useDragOrder } from './use-drag-order.ts'

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

/** Photos to put in order: by dragging, by the arrow keys, or by the buttons below each. Every move is announced. */
export function PhotoOrder({ photos, onOrder, onRemove }: PhotoOrderProps): ReactElement {
  const hintId = useId()
  const [said, say] = useState('')
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= photos.length || to === from) return
    onOrder(moved(photos, from, to))
    say(`Photo ${from + 1} is now number ${to + 1} of ${photos.length}.`)
  }
  const { draggedFrom, placeOf, onPointerDown } = useDragOrder(move)
  const moveByKey = (event: KeyboardEvent, index: number): void => {
    const to = targetOf(event.key, index, photos.length)
    if (to === undefined) return
    event.preventDefault()
    move(index, to)
  }
  const remove = (photo: OrderedPhoto, index: number): void => {
    onRemove(photo)
    say(`Photo ${index + 1} is removed.`)
  }
  return (
    <>
      {photos.length > 1 && (
        <p id={hintId} className="hint photo-order-hint">
          Drag the photos into their order, or move one with the arrow keys.
        </p>
      )}
      <ol
        className="photo-order"
        aria-label="Photos in their order"
        data-dragging={draggedFrom === undefined ? undefined : ''}
      >
        {photos.map((photo, index) => (
          <li
            key={photo.id}
            data-photo={photo.id}
            data-index={index}
            data-dragged={index === draggedFrom ? '' : undefined}
            style={{ order: placeOf(index) }}
            onPointerDown={(event) => onPointerDown(event, index)}
          >
            <Tile photo={photo} number={index + 1} />
            <button
              type="button"
              className="photo-remove"
              aria-label={`Remove photo ${index + 1}`}
              onClick={() => remove(photo, index)}
            >
              ✕
            </button>
            <span className="photo-buttons">
              <MoveButton
                label={`Move photo ${index + 1} earlier`}
                sign="←"
                isDisabled={index === 0}
                onMove={() => move(index, index - 1)}
              />
              <button
                type="button"
                data-handle=""
                className="photo-handle"
                aria-label={`Place of photo ${index + 1}`}
                aria-describedby={photos.length > 1 ? hintId : undefined}
                onKeyDown={(event) => moveByKey(event, index)}
              >
                ⠿
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

function Tile({ photo, number }: { readonly photo: OrderedPhoto; readonly number: number }): ReactElement {
  if (photo.url === null) return <span className="tile-placeholder" />
  return <img src={photo.url} alt={`Photo ${number}`} width={480} height={480} loading="lazy" draggable={false} />
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

/** The place that a key names, if it names one. Pure. */
function targetOf(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowLeft' || key === 'ArrowUp') return index - 1
  if (key === 'ArrowRight' || key === 'ArrowDown') return index + 1
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

/** The list with one item moved to another place. Pure. */
function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from]
  return item === undefined ? list : list.toSpliced(from, 1).toSpliced(to, 0, item)
}
