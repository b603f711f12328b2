import type { Asset } from '../../domain/entities.ts'
import type { Measurements, TranscodeMetadata } from '../../events/event-map.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { ClaimedVariant } from '../claim.ts'

/** Emits the events of one variant's work in the lane `media`; work in the other lane has none. */
export class TranscodeEvents {
  readonly #runtime: Runtime
  readonly #metadata: TranscodeMetadata | null
  readonly #startedAt: number = performance.now()

  constructor(runtime: Runtime, { profile }: Asset, { variant, maker }: ClaimedVariant) {
    this.#runtime = runtime
    const { queue, outputKind } = variant
    this.#metadata = queue === 'media' ? { profile, output_kind: outputKind, preset: maker.facts.capability } : null
    this.#emit('rindle.media.transcode.start', {})
  }

  /** The output is committed. */
  stop(byteSize: number): void {
    this.#emit('rindle.media.transcode.stop', { byteSize, durationUs: this.#elapsedUs() })
  }

  /** There is no output. */
  exception(): void {
    this.#emit('rindle.media.transcode.exception', { durationUs: this.#elapsedUs() })
  }

  #elapsedUs(): number {
    return Math.round((performance.now() - this.#startedAt) * 1_000)
  }

  #emit(name: `rindle.media.transcode.${'start' | 'stop' | 'exception'}`, measurements: Measurements): void {
    if (this.#metadata !== null) this.#runtime.events.emit({ name, metadata: this.#metadata, measurements })
  }
}
