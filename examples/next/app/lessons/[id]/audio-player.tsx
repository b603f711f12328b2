'use client'

import type { AudioAttributes, Player } from '@rindle/core'
import { type ReactElement, useRef } from 'react'
import { Scrubber } from '../../../components/scrubber.tsx'
import { usePlayback } from '../../../components/use-playback.ts'

interface AudioPlayerProps {
  readonly player: Player<AudioAttributes>
  readonly loudness: readonly number[]
  readonly title: string
}

/** A sound, with its waveform to move through it. */
export function AudioPlayer({ player, loudness, title }: AudioPlayerProps): ReactElement {
  const audio = useRef<HTMLAudioElement>(null)
  const playback = usePlayback(audio)
  const played = playback.duration === 0 ? 0 : playback.position / playback.duration
  return (
    <div className="player">
      {loudness.length > 0 && (
        <Scrubber
          label="Jump to a moment"
          playback={playback}
          background={<Waveform loudness={loudness} played={played} />}
        />
      )}
      <audio {...player.attributes} ref={audio} aria-label={title}>
        {player.sources.map((source) => (
          <source key={source.src} {...source} />
        ))}
      </audio>
    </div>
  )
}

const HEIGHT = 100

function Waveform({
  loudness,
  played,
}: {
  readonly loudness: readonly number[]
  readonly played: number
}): ReactElement {
  return (
    <svg
      className="waveform"
      viewBox={`0 0 ${loudness.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {loudness.map((value, bar) => {
        const height = Math.max(2, value * HEIGHT)
        return (
          <rect
            key={bar}
            x={bar + 0.15}
            y={(HEIGHT - height) / 2}
            width={0.7}
            height={height}
            data-played={bar / loudness.length < played ? '' : undefined}
          />
        )
      })}
    </svg>
  )
}
