'use client'

import { useCallback, useEffect, useState } from 'react'
import { type StoryboardCue, storyboardCues, type Thumbnail, thumbnailAt } from './storyboard.ts'
import type { VideoData } from './video.ts'

/** The result of {@link useStoryboard}. */
export interface StoryboardHook {
  /** The picture of a second of the video; `null` until the storyboard is there, and if there is none. */
  readonly thumbnailAt: (second: number) => Thumbnail | null
  /** Why there are no pictures. */
  readonly error: Error | undefined
}

/**
 * The pictures of a video's moments, for a seek bar. Takes the result of `rindle.video()`, or the URL of a storyboard in
 * WebVTT, which is loaded once; the pictures themselves are loaded when they are shown.
 */
export function useStoryboard(video: VideoData | string | null | undefined): StoryboardHook {
  const src = typeof video === 'object' && video !== null ? storyboardOf(video) : (video ?? null)
  const [cues, setCues] = useState<readonly StoryboardCue[]>(NONE)
  const [error, setError] = useState<Error | undefined>(undefined)
  useEffect(() => {
    // The pictures of one URL stay until those of the next are there: it is mostly the same one, signed anew.
    if (src === null) {
      setCues(NONE)
      return undefined
    }
    const controller = new AbortController()
    const { signal } = controller
    const show = (loaded: readonly StoryboardCue[], reason?: Error): void => {
      if (signal.aborted) return
      setCues(loaded)
      setError(reason)
    }
    load(src, signal).then(show, (reason: Error) => show(NONE, reason))
    return () => controller.abort()
  }, [src])
  return { thumbnailAt: useCallback((second) => thumbnailAt(cues, second), [cues]), error }
}

const NONE: readonly StoryboardCue[] = []

function storyboardOf({ tracks = [] }: VideoData): string | null {
  return tracks.find(({ kind, label }) => kind === 'metadata' && label === 'thumbnails')?.src ?? null
}

async function load(src: string, signal: AbortSignal): Promise<readonly StoryboardCue[]> {
  const response = await fetch(src, { signal })
  if (!response.ok) throw new Error(`The storyboard answered ${response.status}.`)
  return storyboardCues(await response.text(), response.url)
}
