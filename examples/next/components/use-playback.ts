'use client'

import { type RefObject, useEffect, useState } from 'react'

/** The position of a player, and how to change it. Seconds. */
export interface Playback {
  readonly position: number
  /** 0 until it is known. */
  readonly duration: number
  readonly seek: (second: number) => void
}

/** Follows a `video` or `audio` element. */
export function usePlayback(player: RefObject<HTMLMediaElement | null>): Playback {
  const [position, setPosition] = useState(0)
  const [duration, setDuration] = useState(0)
  useEffect(() => {
    const element = player.current
    if (element === null) return undefined
    const listening = new AbortController()
    const follow = (): void => {
      setPosition(element.currentTime)
      setDuration(Number.isFinite(element.duration) ? element.duration : 0)
    }
    // The media may have loaded before this page's script did.
    follow()
    for (const event of ['loadedmetadata', 'durationchange', 'timeupdate', 'seeking']) {
      element.addEventListener(event, follow, { signal: listening.signal })
    }
    return () => listening.abort()
  }, [player])
  const seek = (second: number): void => {
    if (player.current !== null) player.current.currentTime = second
  }
  return { position, duration, seek }
}
