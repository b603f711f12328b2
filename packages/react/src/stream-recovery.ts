import type { HlsPlayer, HlsProblem } from './hls-player.ts'

// Each comes after the attempts of hls.js itself, which waits longer before each.
const MOST_RECOVERIES = 3
// Playback that gets further than this goes on.
const SAME_PLACE_SECONDS = 1
// Of hls.js: after these there is no stream yet that could go on.
const OF_THE_MASTER = ['manifestLoadError', 'manifestLoadTimeOut', 'manifestParsingError']

/** The stream that hls.js plays. */
export interface RecoveredStream {
  readonly video: HTMLVideoElement
  readonly url: string
  /** Aborted at the end of the stream. */
  readonly signal: AbortSignal
  /** Called once, when hls.js cannot go on. */
  readonly onFailure: (error: Error) => void
}

/**
 * Goes on after a fatal error as hls.js advises: it loads again after one of the network, and restores the decoder
 * after one of the media. An offline browser waits for the network. More than three recoveries at one place, or any
 * other fatal error, are a failure.
 */
export function recoverFrom(hls: HlsPlayer, { video, url, signal, onFailure }: RecoveredStream): void {
  let recoveries = 0
  let place = 0
  const loadAgain = ({ details }: HlsProblem): void => {
    if (OF_THE_MASTER.includes(details)) hls.loadSource(url)
    else hls.startLoad()
  }
  const recover = (problem: HlsProblem): void => {
    if (problem.type === 'mediaError') return hls.recoverMediaError()
    if (navigator.onLine) return loadAgain(problem)
    window.addEventListener('online', () => loadAgain(problem), { once: true, signal })
  }
  const onError = (_event: string, problem: HlsProblem): void => {
    if (!problem.fatal || signal.aborted) return
    if (Math.abs(video.currentTime - place) > SAME_PLACE_SECONDS) recoveries = 0
    place = video.currentTime
    recoveries += 1
    const isRecoverable = problem.type === 'networkError' || problem.type === 'mediaError'
    if (isRecoverable && recoveries <= MOST_RECOVERIES) return recover(problem)
    onFailure(new Error(`The stream cannot be played: ${problem.details}.`))
  }
  hls.on('hlsError' as never, onError as never)
}
