/** The parts of an instance of hls.js that {@link Video} uses. Your own type of it comes from the `hls` that you pass. */
export interface HlsPlayer {
  readonly config: { maxBufferLength: number; maxMaxBufferLength: number }
  // In hls.js each event and each listener has a type of its own: to these, any of them may be given.
  on(event: never, listener: never): void
  loadSource(url: string): void
  attachMedia(video: HTMLMediaElement): void
  startLoad(): void
  recoverMediaError(): void
  destroy(): void
}

/** Data of the event `ERROR` of hls.js. */
export interface HlsProblem {
  /** Whether hls.js has stopped: it has tried again by itself before. */
  readonly fatal: boolean
  readonly type: string
  readonly details: string
}

/** The class that hls.js exports. */
export interface HlsClass<H extends HlsPlayer = HlsPlayer> {
  // Its configuration: `object` would have no property that hls.js knows, and each version knows others.
  new (config: never): H
  isSupported(): boolean
}

/** Loads hls.js when a player needs it: `() => import('hls.js')`. The light build has no separate sound: it will not do. */
export type LoadHls<H extends HlsPlayer = HlsPlayer> = () => Promise<{ readonly default: HlsClass<H> }>
