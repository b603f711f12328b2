import type { HlsClass, HlsPlayer } from './hls-player.ts'
import { recoverFrom } from './stream-recovery.ts'

/** The media type of a playlist of HLS. */
export const HLS_TYPE = 'application/vnd.apple.mpegurl'

// Until a visitor plays: the first picture and the duration, not a minute of video that nobody asked for.
const FIRST_SEGMENT = { maxBufferLength: 1, maxMaxBufferLength: 1 }

// With captions in tracks of the element, hls.js would show those of the stream a second time.
const WITHOUT_TEXT = {
  subtitleTrackController: undefined,
  subtitleStreamController: undefined,
  timelineController: undefined,
}

/** A stream to play. */
export interface StreamRequest {
  readonly video: HTMLVideoElement
  readonly url: string
  /** Configuration of hls.js. */
  readonly config: Readonly<Record<string, unknown>>
  /** Whether the element has captions or subtitles of its own, which then stand for those of the stream. */
  readonly hasTracks: boolean
  /** Aborted at the end of the stream. */
  readonly signal: AbortSignal
  /** Called once, when the stream cannot be played any more. */
  readonly onFailure: (error: Error) => void
}

/**
 * Whether the browser plays HLS well by itself. Others than Safari say that they may, and fail with some streams. The
 * documentation of hls.js tells them apart in this way.
 */
export function playsHlsWell(video: HTMLVideoElement): boolean {
  return mayPlayHls(video) && 'ManagedMediaSource' in window
}

/** Whether the browser says that it may play HLS by itself. */
export function mayPlayHls(video: HTMLVideoElement): boolean {
  return video.canPlayType(HLS_TYPE) !== ''
}

/** Plays the stream by the browser itself, from the place that the element has come to. */
export function playNatively({ video, url, signal, onFailure }: StreamRequest): void {
  const fail = (): void => onFailure(new Error(`The stream cannot be played: ${video.error?.message ?? 'no reason'}.`))
  video.addEventListener('error', fail, { once: true, signal })
  const goBack = placeOf(video)
  video.src = url
  goBack(signal)
  atEndOf(video, signal, () => {
    video.removeAttribute('src')
    video.load()
  })
}

/** Plays the stream by hls.js, from the place that the element has come to. */
export function playByHls<H extends HlsPlayer>(Hls: HlsClass<H>, request: StreamRequest): H {
  const { video, url, config, hasTracks, signal } = request
  const { currentTime } = video
  const startPosition = currentTime > 0 ? currentTime : -1
  const hls = new Hls({ ...(hasTracks ? WITHOUT_TEXT : {}), startPosition, ...config } as never)
  if (video.paused) bufferLittleUntilPlay(hls, video, signal)
  recoverFrom(hls, request)
  const goBack = placeOf(video)
  hls.loadSource(url)
  hls.attachMedia(video)
  goBack(signal)
  atEndOf(video, signal, () => hls.destroy())
  return hls
}

function bufferLittleUntilPlay({ config }: HlsPlayer, video: HTMLVideoElement, signal: AbortSignal): void {
  const { maxBufferLength, maxMaxBufferLength } = config
  Object.assign(config, FIRST_SEGMENT)
  const bufferAll = (): void => void Object.assign(config, { maxBufferLength, maxMaxBufferLength })
  video.addEventListener('play', bufferAll, { once: true, signal })
}

/** Leaves the element to its other sources, at the same place. One that is out of the page loads nothing more. */
function atEndOf(video: HTMLVideoElement, signal: AbortSignal, end: () => void): void {
  const leave = (): void => {
    const goBack = placeOf(video)
    if (!video.isConnected) video.replaceChildren()
    end()
    if (video.isConnected) goBack()
  }
  signal.addEventListener('abort', leave, { once: true })
}

/**
 * Remembers the place, the rate, and whether the video plays. The function that it returns goes back there when the
 * element knows the length of what it has been given since.
 */
function placeOf(video: HTMLVideoElement): (signal?: AbortSignal) => void {
  const { currentTime, playbackRate, paused: isPaused } = video
  const goBack = (): void => {
    if (currentTime > 0) video.currentTime = currentTime
    video.playbackRate = playbackRate
  }
  return (signal) => {
    video.addEventListener('loadedmetadata', goBack, { once: true, ...(signal === undefined ? {} : { signal }) })
    // A browser that refuses leaves the video paused, with its button to play: nothing is lost.
    if (!isPaused) video.play().catch(() => undefined)
  }
}
