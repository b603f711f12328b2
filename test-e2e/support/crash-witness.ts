import type { CrashNews } from './crash-plots.ts'

/** Remembers what processes said that died since. */
export class Witness {
  /** Assets whose upload the application knows to be done. */
  readonly acknowledged: Set<string> = new Set<string>()
  /** Assets whose original a worker copies from staging. */
  readonly staged: Set<string> = new Set<string>()
  /** Assets that the application has purged, or was about to. */
  readonly releasing: Set<string> = new Set<string>()
  /** Assets whose work the application has cancelled, or was about to. */
  readonly cancelling: Set<string> = new Set<string>()

  /** Takes note. */
  hear({ type, assetId }: CrashNews): void {
    this[type].add(assetId)
  }
}
