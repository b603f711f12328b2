import type { Focus } from '@rindle/client'
import {
  type FocusEvent,
  type HTMLAttributes,
  type InputHTMLAttributes,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefAttributes,
  useRef,
  useState,
} from 'react'
import { CENTRE, type FocusAxis, focusAfterKey, focusAt } from './focus-movement.ts'
import { defaultFocusTexts, type FocusPickerTexts } from './focus-picker-texts.ts'

/** Options of a focus picker. */
export interface FocusPickerOptions {
  /** The chosen point; `null`: none. Set it when `onCommit` tells of another one. */
  readonly value: Focus | null
  /**
   * Called with every point on the way of a movement, and with the first one again if the movement is cancelled.
   * @default none: only the picker shows it
   */
  readonly onChange?: (focus: Focus | null) => void
  /** Called with the point at the end of a movement: when the pointer or the key is released. */
  readonly onCommit?: (focus: Focus) => void
  /** Whether the point stays where it is. @default false */
  readonly disabled?: boolean
  /** Texts in another language or tone; omitted ones are English. */
  readonly texts?: Partial<FocusPickerTexts>
}

/** The parts of a focus picker. */
export interface FocusPickerParts {
  /** The point to show: that of the movement, or the chosen one. */
  readonly shown: Focus | null
  readonly isDragging: boolean
  readonly isFocused: boolean
  /** For the element around the picture, which has the picture's size. */
  readonly groupProps: HTMLAttributes<HTMLElement>
  /** For an `input`, which is the one stop of the Tab key. */
  readonly xProps: InputHTMLAttributes<HTMLInputElement> & RefAttributes<HTMLInputElement>
  /** For an `input` that only assistive technology finds. */
  readonly yProps: InputHTMLAttributes<HTMLInputElement>
}

/** A point of a picture that is moved by pointer, by finger and by key. */
export function useFocusPicker(options: FocusPickerOptions): FocusPickerParts {
  const { value, disabled: isDisabled = false } = options
  const texts = { ...defaultFocusTexts, ...options.texts }
  const { moving, move, end, cancel } = useMovement(options)
  const [isDragging, setDragging] = useState(false)
  const [isFocused, setFocused] = useState(false)
  const xInput = useRef<HTMLInputElement>(null)
  const shown = moving ?? value
  const endDrag = (finish: () => void): void => {
    if (!isDragging) return
    setDragging(false)
    finish()
  }

  const inputProps = (axis: FocusAxis): InputHTMLAttributes<HTMLInputElement> => ({
    type: 'range',
    // Its own direction, so that a screen reader moves the point as the picture has it.
    dir: 'ltr',
    min: 0,
    max: 100,
    step: 1,
    value: Math.round((shown ?? CENTRE)[axis] * 100),
    disabled: isDisabled,
    'aria-roledescription': texts.role(),
    'aria-valuetext': texts.position(shown),
    // Assistive technology sets values without keys.
    onChange: ({ currentTarget }) => {
      move({ ...(shown ?? CENTRE), [axis]: Number(currentTarget.value) / 100 })
      end()
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape') return endDrag(cancel)
      const moved = focusAfterKey(shown ?? CENTRE, event, axis)
      if (moved === undefined) return
      event.preventDefault()
      move(moved)
    },
    onKeyUp: () => {
      if (!isDragging) end()
    },
  })
  return {
    shown,
    isDragging,
    isFocused,
    groupProps: {
      role: 'group',
      'aria-label': texts.label(),
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (isDisabled || !event.isPrimary || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        xInput.current?.focus({ preventScroll: true })
        setDragging(true)
        move(focusAt(event.currentTarget.getBoundingClientRect(), event))
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (isDragging && event.isPrimary) move(focusAt(event.currentTarget.getBoundingClientRect(), event))
      },
      onPointerUp: () => endDrag(end),
      onPointerCancel: () => endDrag(cancel),
      // Otherwise the press takes the focus away again, selects text, or drags the image.
      onMouseDown: (event: MouseEvent) => event.preventDefault(),
      onDragStart: (event) => event.preventDefault(),
      onFocus: () => setFocused(true),
      onBlur: (event: FocusEvent) => {
        if (event.currentTarget.contains(event.relatedTarget)) return
        setFocused(false)
        if (!isDragging) end()
      },
    },
    xProps: { ref: xInput, 'aria-label': texts.horizontal(), ...inputProps('x') },
    yProps: { tabIndex: -1, 'aria-orientation': 'vertical', 'aria-label': texts.vertical(), ...inputProps('y') },
  }
}

interface Movement {
  /** The present point of a movement; `undefined` between movements. */
  readonly moving: Focus | undefined
  readonly move: (focus: Focus) => void
  readonly end: () => void
  readonly cancel: () => void
}

function useMovement({ value, onChange, onCommit }: FocusPickerOptions): Movement {
  const [moving, setMoving] = useState<Focus | undefined>(undefined)
  // Several events may come before the next render.
  const latest = useRef<{ readonly from: Focus | null; readonly to: Focus } | undefined>(undefined)
  const stop = (): { readonly from: Focus | null; readonly to: Focus } | undefined => {
    const movement = latest.current
    latest.current = undefined
    setMoving(undefined)
    return movement
  }
  return {
    moving,
    move(to) {
      latest.current = { from: latest.current === undefined ? value : latest.current.from, to }
      setMoving(to)
      onChange?.(to)
    },
    end() {
      const movement = stop()
      if (movement !== undefined) onCommit?.(movement.to)
    },
    cancel() {
      const movement = stop()
      if (movement !== undefined) onChange?.(movement.from)
    },
  }
}
