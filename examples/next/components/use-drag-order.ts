'use client'

import { type PointerEvent, useEffect, useEffectEvent, useState } from 'react'

interface Drag {
  readonly from: number
  readonly to: number
}

/** Dragging in an ordered list, with a mouse, a pen or a finger. */
export interface DragOrder {
  /** The place of the item that is being dragged, if one is. */
  readonly draggedFrom: number | undefined
  /** Where an item stands while another is being dragged past it. */
  readonly placeOf: (index: number) => number
  /** For each item. A mouse takes it anywhere, a finger by its `data-handle`: the rest of the list must still scroll. */
  readonly onPointerDown: (event: PointerEvent<HTMLElement>, index: number) => void
}

/** Calls `onMove` when an item is dropped at another place. Escape puts it back. Items are `li` elements with `data-index`. */
export function useDragOrder(onMove: (from: number, to: number) => void): DragOrder {
  const [drag, setDrag] = useState<Drag | null>(null)
  const follow = useEffectEvent(({ clientX, clientY }: globalThis.PointerEvent) => {
    const item = document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>('li[data-index]')
    if (drag === null || item === null || item === undefined) return
    const to = placeDuring(drag, Number(item.dataset.index))
    if (to !== drag.to) setDrag({ ...drag, to })
  })
  const drop = useEffectEvent(() => {
    setDrag(null)
    if (drag !== null && drag.from !== drag.to) onMove(drag.from, drag.to)
  })
  const isDragging = drag !== null
  useEffect(() => {
    if (!isDragging) return undefined
    const listening = new AbortController()
    const { signal } = listening
    const putBack = (): void => setDrag(null)
    window.addEventListener('pointermove', (event) => follow(event), { signal })
    window.addEventListener('pointerup', () => drop(), { signal })
    window.addEventListener('pointercancel', putBack, { signal })
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && putBack(), { signal })
    return () => listening.abort()
  }, [isDragging])
  return {
    draggedFrom: drag?.from,
    placeOf: (index) => (drag === null ? index : placeDuring(drag, index)),
    onPointerDown: ({ target, button, isPrimary, pointerType }, index) => {
      const pressed = (target as HTMLElement).closest<HTMLElement>('button')
      const isHandle = pressed?.dataset.handle !== undefined
      const isTaken = isHandle || (pressed === null && pointerType === 'mouse')
      if (isTaken && button === 0 && isPrimary) setDrag({ from: index, to: index })
    },
  }
}

/** Pure. */
function placeDuring({ from, to }: Drag, index: number): number {
  if (index === from) return to
  if (index > from && index <= to) return index - 1
  if (index < from && index >= to) return index + 1
  return index
}
