import { type RefObject, useEffect, useRef, useState } from 'react'
import type { HlsClass, HlsPlayer, LoadHls } from './hls-player.ts'
import { mayPlayHls, playByHls, playNatively, playsHlsWell } from './stream-playback.ts'

/** The stream of a player, and how it is played. */
export interface StreamOptions<H extends HlsPlayer> {
  /** `null` while there is none. */
  readonly url: string | null
  readonly hls: LoadHls<H> | undefined
  readonly hlsConfig: Readonly<Record<string, unknown>>
  readonly hasTracks: boolean
  readonly onStream: ((hls: H | null) => void) | undefined
  readonly onStreamError: ((error: Error) => void) | undefined
}

/**
 * Gives a video element its stream, and takes it away again after a failure. Another URL changes nothing while a stream
 * plays; after a failure it is tried. Returns whether the stream plays.
 */
export function useStream<H extends HlsPlayer>(
  element: RefObject<HTMLVideoElement | null>,
  options: StreamOptions<H>,
): boolean {
  const { url } = options
  const latest = useRef(options)
  const isMounted = useRef(false)
  const [failed, setFailed] = useState<{ readonly url: string | null; readonly count: number }>(NEVER)
  const [isPlaying, setPlaying] = useState(false)
  const isWanted = url !== null && url !== failed.url
  useEffect(() => {
    latest.current = options
  })
  useEffect(() => {
    const video = element.current
    if (!isWanted || video === null) return undefined
    const ending = new AbortController()
    const { signal } = ending
    const onFailure = (error: unknown, tried = latest.current.url): void => {
      if (signal.aborted) return
      setFailed(({ count }) => ({ url: tried, count: count + 1 }))
      latest.current.onStreamError?.(error instanceof Error ? error : new Error(String(error)))
    }
    takeStream(video, latest, { isLate: isMounted.current, signal, onFailure })
      .then((isTaken) => !signal.aborted && setPlaying(isTaken))
      .catch(onFailure)
    return () => {
      setPlaying(false)
      ending.abort()
    }
    // After a failure there may be a newer URL already.
  }, [element, isWanted, failed.count])
  // After the effect above, which thereby sees whether the player was there before the stream.
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  return isPlaying
}

const NEVER = { url: null, count: 0 }

interface Taking {
  /** Whether the stream has come to a player that was there before. */
  readonly isLate: boolean
  /** Aborted at the end of the stream. */
  readonly signal: AbortSignal
  readonly onFailure: (error: unknown, url: string) => void
}

/** Whether the stream plays from now on: some browsers play no stream. */
async function takeStream<H extends HlsPlayer>(
  video: HTMLVideoElement,
  latest: RefObject<StreamOptions<H>>,
  { isLate, signal, onFailure }: Taking,
): Promise<boolean> {
  const { hls: load } = latest.current
  const Hls = load === undefined || playsHlsWell(video) ? null : await supported(load)
  if (Hls === null && !mayPlayHls(video)) return false
  await untilFree(video, isLate, signal)
  const { url, hlsConfig: config, hasTracks, onStream } = latest.current
  if (signal.aborted || url === null) return false
  const fail = (error: Error): void => onFailure(error, url)
  const request = { video, url, config, hasTracks, signal, onFailure: fail }
  if (Hls === null) playNatively(request)
  onStream?.(Hls === null ? null : playByHls(Hls, request))
  return true
}

async function supported<H extends HlsPlayer>(load: LoadHls<H>): Promise<HlsClass<H> | null> {
  const { default: Hls } = await load()
  return Hls.isSupported() ? Hls : null
}

/**
 * Resolves when the stream may take the place of what the element has: at once if it was there from the start, else
 * when the video does not play. One that shall load nothing before it plays waits until it does.
 */
async function untilFree(video: HTMLVideoElement, isLate: boolean, signal: AbortSignal): Promise<void> {
  const isIdle = video.paused
  if (isIdle ? video.preload !== 'none' : !isLate) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const settle = (): void => resolve()
  // An end is a pause, too.
  for (const event of [isIdle ? 'play' : 'pause', 'error'])
    video.addEventListener(event, settle, { once: true, signal })
  signal.addEventListener('abort', settle, { once: true })
  await promise
}
