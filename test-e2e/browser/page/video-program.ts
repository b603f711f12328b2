import { type StoryboardHook, useStoryboard, Video, type VideoData } from '@rindle/react'
import * as hlsModule from 'hls.js'
import { createElement as h, type ReactElement, StrictMode, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'

/** The page as its test sees it. */
interface Watched {
  /** Renders the player with this video; `null` removes it. */
  show: (video: VideoData | null) => void
  thumbnailAt: StoryboardHook['thumbnailAt']
  /** The number of times that hls.js was loaded. */
  loads: number
  hls: hlsModule.default | null
  readonly problems: string[]
  readonly streamErrors: string[]
}

declare global {
  interface Window {
    watched: Watched
  }
}

const watched: Watched = {
  show: () => {},
  thumbnailAt: () => null,
  loads: 0,
  hls: null,
  problems: [],
  streamErrors: [],
}
window.watched = watched

const hls = async (): Promise<typeof hlsModule> => {
  watched.loads += 1
  return hlsModule
}

interface Shown {
  readonly video: VideoData
  readonly hlsConfig?: Readonly<Record<string, unknown>>
}

function Page({ video: first, hlsConfig = {} }: Shown): ReactElement | null {
  const [video, setVideo] = useState<VideoData | null>(first)
  watched.show = setVideo
  watched.thumbnailAt = useStoryboard(video).thumbnailAt
  if (video === null) return null
  return h(Video<hlsModule.default>, {
    video,
    hls,
    hlsConfig,
    muted: true,
    onStream: (instance) => {
      watched.hls = instance
    },
    onStreamError: ({ message }) => watched.streamErrors.push(message),
  })
}

const shown = JSON.parse(document.querySelector('#shown')?.textContent ?? '') as Shown
const root = document.querySelector('#root') as HTMLElement
hydrateRoot(root, h(StrictMode, null, h(Page, shown)), {
  onRecoverableError: (error) => watched.problems.push(String(error)),
})
