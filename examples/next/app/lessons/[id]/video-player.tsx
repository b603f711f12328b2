'use client'

import type { Player, VideoAttributes } from '@rindle/core'
import { useStoryboard, Video } from '@rindle/react'
import { useRouter } from 'next/navigation'
import { type ReactElement, useRef } from 'react'
import { Scrubber } from '../../../components/scrubber.tsx'
import { usePlayback } from '../../../components/use-playback.ts'

interface VideoPlayerProps {
  readonly player: Player<VideoAttributes>
  readonly title: string
}

/** A video, and below it a scrubber that previews each moment once the storyboard is there. */
export function VideoPlayer({ player, title }: VideoPlayerProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null)
  const playback = usePlayback(video)
  const { thumbnailAt } = useStoryboard(player)
  const router = useRouter()
  const { width = 16, height = 9 } = player.attributes
  return (
    <div className="player">
      <Video
        video={player}
        hls={() => import('hls.js')}
        // The page of a long pause has URLs of before: it gets new ones.
        onStreamError={() => router.refresh()}
        videoRef={video}
        playsInline
        aria-label={title}
        style={{ aspectRatio: `${width} / ${height}` }}
      />
      <Scrubber label="Jump to a moment" playback={playback}>
        {(second) => {
          const thumbnail = thumbnailAt(second)
          return thumbnail !== null && <span className="thumbnail" data-x={thumbnail.x} style={thumbnail.style} />
        }}
      </Scrubber>
    </div>
  )
}
