import { throwIfCancelled } from './cancellation.ts'
import type { DecodeInput, Rendered, VariantOrder } from './decoder/orders.ts'
import type { DecoderPool } from './decoder-pool.ts'
import type { DecoderProcess } from './decoder-process.ts'
import type { Size } from './geometry.ts'

/** One image in work. */
export interface ImageToDecode {
  readonly input: DecodeInput
  /** The size of the pixels that variants are rendered from; `null` if none is. */
  readonly base: Size | null
  /** Ends the process at once, whatever it is doing. */
  readonly signal: AbortSignal
}

/**
 * The decoder process of one image, with its base. If the process ends too early, another one decodes the base again.
 * Disposing of it returns the process.
 */
export class ImageDecoding implements Disposable {
  readonly #decoders: DecoderPool
  readonly #image: ImageToDecode
  #decoder: DecoderProcess | undefined
  #prepared: Promise<DecoderProcess> | undefined
  readonly #onAbort = (): void => this.#decoder?.stop()

  constructor(decoders: DecoderPool, image: ImageToDecode) {
    this.#decoders = decoders
    this.#image = image
    image.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Decodes the base. Rejects with sharp's error, or with `DecoderEnded`. */
  async begin(): Promise<void> {
    await this.#open()
  }

  /** Makes a variant from the base and writes it to its path. Rejects as {@link begin} does. */
  async renderFromBase(order: VariantOrder): Promise<Rendered> {
    const decoder = await this.#open()
    const { input } = this.#image
    return decoder.ask('render_from_base', { ...order, input }, this.#decoders.timeoutMs)
  }

  /** Makes a variant by a separate decode and writes it to its path. Rejects as {@link begin} does. */
  async renderFromSource(order: VariantOrder): Promise<Rendered> {
    const decoder = await this.#open()
    const { input } = this.#image
    return decoder.ask('render_from_source', { ...order, input }, this.#decoders.timeoutMs)
  }

  /** Makes the ThumbHash of the source, in base64. Rejects as {@link begin} does. */
  async thumbHash(): Promise<string> {
    const decoder = await this.#open()
    return decoder.ask('thumb_hash', this.#image.input, this.#decoders.timeoutMs)
  }

  [Symbol.dispose](): void {
    this.#image.signal.removeEventListener('abort', this.#onAbort)
    if (this.#decoder !== undefined) this.#decoders.giveBack(this.#decoder)
  }

  #open(): Promise<DecoderProcess> {
    if (this.#prepared === undefined || this.#decoder?.hasEnded === true) this.#prepared = this.#prepare()
    return this.#prepared
  }

  async #prepare(): Promise<DecoderProcess> {
    const { input, base, signal } = this.#image
    throwIfCancelled(signal)
    const decoder = this.#decoders.take()
    this.#decoder = decoder
    if (base !== null) await decoder.ask('decode_base', { input, size: base }, this.#decoders.timeoutMs)
    return decoder
  }
}
