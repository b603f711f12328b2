'use client'

import { type PointerEvent, type ReactElement, type ReactNode, useId, useState } from 'react'
import { clockTime } from './clock-time.ts'
import type { Playback } from './use-playback.ts'

interface ScrubberProps {
  /** Stands above it. */
  readonly label: string
  readonly playback: Playback
  /** Renders a preview of the second under the pointer or the focus. */
  readonly children?: (second: number) => ReactNode
  /** Shown behind it. */
  readonly background?: ReactNode
}

/** A slider through a recording, with a preview of each place on hover, on focus and by touch. */
export function Scrubber({ label, playback, children, background }: ScrubberProps): ReactElement {
  const { position, duration, seek } = playback
  const id = useId()
  const [pointed, setPointed] = useState<number | null>(null)
  const [isFocused, setFocused] = useState(false)
  const second = pointed ?? position
  const isShown = duration > 0 && (pointed !== null || isFocused)
  const point = ({ currentTarget, clientX }: PointerEvent<HTMLInputElement>): void => {
    const { left, width } = currentTarget.getBoundingClientRect()
    setPointed(Math.min(1, Math.max(0, (clientX - left) / width)) * duration)
  }
  return (
    <div className="scrubber">
      <div className="scrubber-head">
        <label htmlFor={id}>{label}</label>
        <span aria-hidden="true">
          {clockTime(position)} of {clockTime(duration)}
        </span>
      </div>
      <div className="scrubber-track">
        {background}
        <input
          id={id}
          type="range"
          aria-valuetext={`${clockTime(position)} of ${clockTime(duration)}`}
          min={0}
          max={Math.max(1, Math.floor(duration))}
          step={1}
          value={Math.floor(position)}
          onChange={({ currentTarget }) => seek(Number(currentTarget.value))}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        {isShown && (
          <output className="scrub-preview" style={{ left: leftOf(second / duration) }} aria-hidden="true">
            {children?.(second)}
            <span>{clockTime(second)}</span>
          </output>
        )}
      </div>
    </div>
  )
}

/** Above the place, and never half outside. */
function leftOf(share: number): string {
  return `clamp(5rem, ${(share * 100).toFixed(2)}%, 100% - 5rem)`
}
