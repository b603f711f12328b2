/** The parts of an instance of hls.js that {@link Video} uses. Your own type of it comes from the `hls` that you pass. */
export interface HlsPlayer {
  readonly config: { maxBufferLength: number; maxMaxBufferLength: number }
  // Of hls.js each event has a type of its own, and no type here is one of them.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  on(event: any, listener: any): void
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
  // An intersection of all that its versions know; `@rindle/react` does not depend on it.
  // biome-ignore lint/suspicious/noExplicitAny: the configuration is of a type of hls.js
  new (config?: any): H
  isSupported(): boolean
}

/** Loads hls.js when a player needs it: `() => import('hls.js')`. The light build has no separate sound: it will not do. */
export type LoadHls<H extends HlsPlayer = HlsPlayer> = () => Promise<{ readonly default: HlsClass<H> }>
