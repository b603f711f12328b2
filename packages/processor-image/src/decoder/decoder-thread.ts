import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DecodedImage, DecoderRefusal, ImageHeader } from '../image-decoder.ts'
import type { AddedDecoder, Call, Calls, Reply } from './added-decoder.ts'
import { Refusal, unsupported } from './refusal.ts'

interface Pending {
  readonly call: Call
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/** A thread that holds more is ended after its call: room for the memory of a photo of 24 megapixels. */
const MAX_HELD_BYTES = 128 * 1024 ** 2

/**
 * A decoder in a thread of its own, which leaves the thread of the memory watch free while WebAssembly blocks. It is
 * started for a call and kept, unless it holds much memory then or has failed. If it crashes, so does this process.
 */
export class DecoderThread {
  readonly decoder: AddedDecoder
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 0
  #isEnding = false

  constructor(decoder: AddedDecoder) {
    this.decoder = decoder
  }

  /** Loads the decoder, and returns its name and version. */
  tellVersion(): Promise<string> {
    return this.#call('tell_version', null)
  }

  /** Reads a header; `null`: sharp reads the file. Rejects with a `Refusal`, or with the failure of the decoder. */
  readHeader(path: string): Promise<ImageHeader | null> {
    return this.#call('read_header', { path })
  }

  /** Decodes a picture. Rejects as {@link readHeader} does. */
  decode(path: string, maxPixels: number): Promise<DecodedImage> {
    return this.#call('decode', { path, maxPixels })
  }

  #call<Kind extends keyof Calls>(kind: Kind, given: Calls[Kind]['given']): Promise<Calls[Kind]['answer']> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const call: Call<Kind> = { id: this.#nextId, kind, given }
    this.#nextId += 1
    this.#pending.set(call.id, { call, resolve, reject })
    this.#send(call)
    return promise as Promise<Calls[Kind]['answer']>
  }

  #send(call: Call): void {
    // While one is being ended, its successor gets all pending calls.
    if (this.#isEnding) return
    this.#worker ??= this.#start()
    this.#worker.postMessage(call, [])
  }

  #start(): Worker {
    const program = new URL(`./decoder-thread-program${extname(import.meta.url)}`, import.meta.url)
    const worker = new Worker(program, { workerData: { module: this.decoder.module } })
    worker.on('message', (reply: Reply) => {
      if (worker === this.#worker) void this.#hear(reply)
    })
    // Not caught: whoever waits learns it from the end of the process.
    worker.on('error', (error: Error) => {
      throw new Error(`Decoder ${this.decoder.name} crashed: ${error.message}`, { cause: error })
    })
    return worker
  }

  async #hear(reply: Reply): Promise<void> {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    // Before the answer, so that its memory is free when the pixels are used.
    if ('failure' in reply || reply.heldBytes > MAX_HELD_BYTES) await this.#replace()
    if ('answer' in reply) pending?.resolve(reply.answer)
    else if ('refusal' in reply) pending?.reject(refusalOf(reply.refusal))
    else pending?.reject(new Error(failureText(this.decoder.name, reply.failure)))
  }

  // Calls that it has taken already are begun anew.
  async #replace(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    this.#isEnding = true
    await worker?.terminate()
    this.#isEnding = false
    for (const { call } of this.#pending.values()) this.#send(call)
  }
}

// Errors of the system keep their beginning, by which they are known.
function failureText(name: string, failure: string): string {
  return /^E[A-Z0-9]+: /.test(failure) ? failure : `Decoder ${name} failed: ${failure}`
}

function refusalOf({ refused, message }: DecoderRefusal): Refusal {
  return refused === 'unsupported_codec' ? unsupported(message) : new Refusal(refused, message)
}
