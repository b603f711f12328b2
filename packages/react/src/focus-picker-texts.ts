import type { Focus } from '@rindle/client'

/** Every text of a focus picker, for people who do not see it. */
export interface FocusPickerTexts {
  /** Its name. */
  readonly label: () => string
  /** Its kind, in place of the word for a slider. */
  readonly role: () => string
  /** The name of the part that moves the point to the left and to the right. */
  readonly horizontal: () => string
  /** The name of the part that moves the point up and down. */
  readonly vertical: () => string
  /** Where the point is; `null`: none is chosen. */
  readonly position: (focus: Focus | null) => string
}

/** English. */
export const defaultFocusTexts: FocusPickerTexts = {
  label: () => 'Focal point',
  role: () => '2D slider',
  horizontal: () => 'Focal point, horizontal',
  vertical: () => 'Focal point, vertical',
  position: (focus) =>
    focus === null
      ? 'No point is chosen'
      : `${Math.round(focus.x * 100)} % from the left, ${Math.round(focus.y * 100)} % from the top`,
}
