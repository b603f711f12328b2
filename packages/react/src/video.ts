'use client'

import { createElement, type ReactElement, type Ref, useCallback, useRef, type VideoHTMLAttributes } from 'react'
import type { HlsPlayer, LoadHls } from './hls-player.ts'
import { HLS_TYPE } from './stream-playback.ts'
import { useStream } from './use-stream.ts'

/** The part of the result of `rindle.video()` that {@link Video} renders. A page can make one of its own. */
export interface VideoData {
  /** @default { controls: true, preload: 'metadata' } */
  readonly attributes?: {
    readonly controls?: boolean
    readonly preload?: 'none' | 'metadata' | 'auto'
    readonly crossOrigin?: 'anonymous' | 'use-credentials'
    readonly className?: string
    readonly width?: number
    readonly height?: number
    readonly poster?: string
  }
  /** The stream is the one of the type `application/vnd.apple.mpegurl`; the others are for until it is there. */
  readonly sources: readonly { readonly src: string; readonly type?: string }[]
  /** @default none */
  readonly tracks?: readonly {
    readonly src: string
    readonly kind?: 'subtitles' | 'captions' | 'descriptions' | 'chapters' | 'metadata'
    readonly srcLang?: string
    readonly label?: string
    readonly default?: boolean
  }[]
}

/** Props of {@link Video}. Others go to the `video` element. */
export interface VideoProps<H extends HlsPlayer = HlsPlayer>
  extends Omit<VideoHTMLAttributes<HTMLVideoElement>, 'children' | 'src'> {
  /** The result of `rindle.video()`. Of another asset, give the component another `key`. */
  readonly video: VideoData
  /**
   * Loads hls.js, only if there is a stream and the browser does not play it well natively: `() => import('hls.js')`.
   * @default none: a stream plays where the browser plays HLS, and the other sources elsewhere
   */
  readonly hls?: LoadHls<H>
  /** Configuration of hls.js, read when the stream begins. @default its own */
  readonly hlsConfig?: Readonly<Record<string, unknown>>
  /** Called when the stream begins, with the instance of hls.js; `null` if the browser plays it natively. */
  readonly onStream?: (hls: H | null) => void
  /**
   * Called when a stream cannot be played any more: its URL has expired, or the network stays away. The player has gone
   * back to its other sources, and tries the next other URL of a stream that it is given.
   */
  readonly onStreamError?: (error: Error) => void
  /** The element. */
  readonly videoRef?: Ref<HTMLVideoElement>
}

/**
 * A video without a look of its own. It plays what there is, and goes on to the stream at the place that the visitor has
 * come to. A stream that is there from the start is taken at once. A later one is taken when the video does not play, so
 * that it never interrupts. New URLs of the same stream change nothing while it plays. On a server it renders the same as
 * in the browser's first moment.
 *
 * The element has `data-stream` while it plays the stream.
 */
export function Video<H extends HlsPlayer = HlsPlayer>(props: VideoProps<H>): ReactElement {
  const { video, hls, hlsConfig = {}, onStream, onStreamError, videoRef, ...added } = props
  const { attributes = PLAIN, sources, tracks = [] } = video
  const element = useRef<HTMLVideoElement>(null)
  const isStreaming = useStream(element, {
    url: sources.find(isStream)?.src ?? null,
    hls,
    hlsConfig,
    hasTracks: tracks.some(isShownText),
    onStream,
    onStreamError,
  })
  const setElement = useCallback(
    (node: HTMLVideoElement | null) => {
      element.current = node
      return setRef(videoRef, node)
    },
    [videoRef],
  )
  return createElement(
    'video',
    { ...attributes, ...added, ref: setElement, 'data-stream': isStreaming ? '' : undefined },
    // Without the stream: browsers take the first source that they may be able to play, and some fail with it.
    sources
      .filter((source) => !isStream(source))
      .map((source) => createElement('source', { key: withoutSignature(source.src), ...source })),
    tracks.map((track, index) => createElement('track', { key: index, kind: 'subtitles', ...track })),
  )
}

const PLAIN = { controls: true, preload: 'metadata' } as const

function isStream({ type }: VideoData['sources'][number]): boolean {
  return type === HLS_TYPE
}

function isShownText({ kind = 'subtitles' }: NonNullable<VideoData['tracks']>[number]): boolean {
  return kind === 'subtitles' || kind === 'captions'
}

/** A file has another signature each time that a page is rendered. */
function withoutSignature(url: string): string {
  return url.split('?')[0] ?? url
}

function setRef(ref: Ref<HTMLVideoElement> | undefined, node: HTMLVideoElement | null): (() => void) | undefined {
  if (typeof ref === 'function') return ref(node) ?? undefined
  if (ref) ref.current = node
  return undefined
}
