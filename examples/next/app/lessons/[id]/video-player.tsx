'use client'

import type { Player, VideoAttributes } from '@rindle/core'
import { type ReactElement, useRef } from 'react'
import { Scrubber } from '../../../components/scrubber.tsx'
import { usePlayback } from '../../../components/use-playback.ts'
import type { Strip } from '../../../media/recordings.ts'
import { StripTile } from './strip-tile.tsx'

interface VideoPlayerProps {
  readonly player: Player<VideoAttributes>
  readonly strip: Strip | null
  readonly title: string
}

/** A video, and below it a scrubber that previews each moment. */
export function VideoPlayer({ player, strip, title }: VideoPlayerProps): ReactElement {
  const video = useRef<HTMLVideoElement>(null)
  const playback = usePlayback(video)
  const { width = 16, height = 9 } = player.attributes
  return (
    <div className="player">
      {/* No captions, because nobody has written any. An application that has them adds them as tracks. */}
      <video
        {...player.attributes}
        ref={video}
        playsInline
        aria-label={title}
        style={{ aspectRatio: `${width} / ${height}` }}
      >
        {player.sources.map((source) => (
          <source key={source.src} {...source} />
        ))}
      </video>
      {strip !== null && (
        <Scrubber label="Preview and jump" playback={playback}>
          {(second) => <StripTile strip={strip} second={second} />}
        </Scrubber>
      )}
    </div>
  )
}
