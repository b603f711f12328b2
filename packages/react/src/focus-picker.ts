'use client'

import type { Focus } from '@rindle/client'
import { type CSSProperties, createElement, type ReactElement, type ReactNode } from 'react'
import { CENTRE } from './focus-movement.ts'
import { type FocusPickerOptions, useFocusPicker } from './use-focus-picker.ts'

/** Props of {@link FocusPicker}. */
export interface FocusPickerProps extends FocusPickerOptions {
  /** The picture: the whole of it, as wide and as high as the picker. */
  readonly children: ReactNode
  /** Shown at the point, which is its centre. @default a ring */
  readonly marker?: ReactNode
  /** For the element around the picture. Give it neither padding nor border: a point is a fraction of its size. */
  readonly className?: string
  /** The same. */
  readonly style?: CSSProperties
}

/**
 * A picture on which a focal point is chosen: by mouse, by finger, by arrow keys (with Shift by tenths), Page Up, Page
 * Down, Home and End, and by a screen reader. Escape cancels a drag. It saves nothing; that of `createRindleHooks` does.
 *
 * Elements have `data-dragging`, `data-focused`, `data-unset` and `data-marker` for your CSS.
 */
export function FocusPicker({ children, marker, className, style, ...options }: FocusPickerProps): ReactElement {
  const { shown, isDragging, isFocused, groupProps, xProps, yProps } = useFocusPicker(options)
  const ring = createElement('span', { style: ringStyle(shown, isFocused) })
  return createElement(
    'div',
    {
      ...groupProps,
      className,
      style: { ...GROUP_STYLE, ...style },
      'data-dragging': isDragging ? '' : undefined,
      'data-focused': isFocused ? '' : undefined,
      'data-unset': shown === null ? '' : undefined,
    },
    children,
    createElement(
      'span',
      { 'data-marker': '', style: placeOf(shown ?? CENTRE) },
      createElement('input', { ...xProps, style: HIDDEN_STYLE }),
      createElement('input', { ...yProps, style: HIDDEN_STYLE }),
      createElement('span', { 'aria-hidden': true }, marker === undefined ? ring : marker),
    ),
  )
}

const GROUP_STYLE: CSSProperties = {
  position: 'relative',
  display: 'inline-block',
  verticalAlign: 'top',
  // No room for the descenders of a line of text below an inline image.
  lineHeight: 0,
  // One finger moves the point; two still enlarge the page.
  touchAction: 'pinch-zoom',
  userSelect: 'none',
}

// Beside the marker, so that the page scrolls to the marker when an input gets the focus.
const HIDDEN_STYLE: CSSProperties = {
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  border: 0,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
}

function placeOf({ x, y }: Focus): CSSProperties {
  return {
    position: 'absolute',
    left: `${x * 100}%`,
    top: `${y * 100}%`,
    transform: 'translate(-50%, -50%)',
    pointerEvents: 'none',
  }
}

/** White within black, so that it is seen on every picture; dashed while no point is chosen. */
function ringStyle(shown: Focus | null, isFocused: boolean): CSSProperties {
  return {
    display: 'block',
    boxSizing: 'border-box',
    width: 28,
    height: 28,
    borderRadius: '50%',
    border: `3px ${shown === null ? 'dashed' : 'solid'} #fff`,
    boxShadow: `0 0 0 1px #000, inset 0 0 0 1px #000${isFocused ? ', 0 0 0 7px #fff, 0 0 0 8px #000' : ''}`,
    ...(isFocused ? { outline: '3px solid Highlight', outlineOffset: 3 } : {}),
  }
}
