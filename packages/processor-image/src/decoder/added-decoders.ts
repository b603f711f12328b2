import type { AddedDecoder } from './added-decoder.ts'
import { DecoderThread } from './decoder-thread.ts'

let threads: readonly DecoderThread[] = []

/** Names the decoders of this process besides sharp. Each is loaded when it has work. */
export function setUpDecoders(decoders: readonly AddedDecoder[]): void {
  threads = decoders.map((decoder) => new DecoderThread(decoder))
}

/** The decoder of a content type; `undefined`: sharp reads it. */
export function addedDecoderOf(contentType: string): DecoderThread | undefined {
  return threads.find(({ decoder }) => decoder.contentTypes.includes(contentType))
}

/** The decoder of that name, which must be among those of this process. */
export function addedDecoderNamed(name: string): DecoderThread {
  const found = threads.find(({ decoder }) => decoder.name === name)
  if (found === undefined) throw new Error(`Decoder ${name} failed: this process does not have it.`)
  return found
}
