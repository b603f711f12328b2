import type { Focus } from '@rindle/client'

/** A side of the picture that a focal point moves along. */
export type FocusAxis = 'x' | 'y'

/** The middle of a picture, where movements by key begin when nothing is chosen. */
export const CENTRE: Focus = { x: 0.5, y: 0.5 }

const STEP = 0.01
const LARGE_STEP = 0.1
// The server keeps four digits: a tenth of a pixel in a picture of a thousand.
const PRECISION = 10_000

/** The point of a picture below a pointer; the nearest one of its edge for a pointer outside. Pure. */
export function focusAt(
  picture: Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>,
  pointer: { readonly clientX: number; readonly clientY: number },
): Focus {
  return inside({
    x: (pointer.clientX - picture.left) / picture.width,
    y: (pointer.clientY - picture.top) / picture.height,
  })
}

/** A pressed key, as far as it moves a focal point. */
export interface PressedKey {
  readonly key: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/**
 * The point after a key: arrows move it by a hundredth of the picture, with Shift by a tenth; Page Up and Page Down move
 * it by a tenth up and down; Home and End lead to the edges of `axis`. `undefined` for any other key, and for
 * combinations that belong to the browser. Pure.
 */
export function focusAfterKey({ x, y }: Focus, pressed: PressedKey, axis: FocusAxis): Focus | undefined {
  if (pressed.altKey || pressed.ctrlKey || pressed.metaKey) return undefined
  const step = pressed.shiftKey ? LARGE_STEP : STEP
  const moves: Readonly<Record<string, Focus>> = {
    // Left is left in every language: a picture is not mirrored where text runs from right to left.
    ArrowLeft: { x: x - step, y },
    ArrowRight: { x: x + step, y },
    ArrowUp: { x, y: y - step },
    ArrowDown: { x, y: y + step },
    PageUp: { x, y: y - LARGE_STEP },
    PageDown: { x, y: y + LARGE_STEP },
    Home: { x, y, [axis]: 0 },
    End: { x, y, [axis]: 1 },
  }
  const moved = moves[pressed.key]
  return moved === undefined ? undefined : inside(moved)
}

function inside({ x, y }: Focus): Focus {
  return { x: bounded(x), y: bounded(y) }
}

function bounded(fraction: number): number {
  // A picture without a size, of which no point can be told, divides by zero.
  if (Number.isNaN(fraction)) return CENTRE.x
  return Math.round(Math.min(1, Math.max(0, fraction)) * PRECISION) / PRECISION
}
