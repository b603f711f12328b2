// The program of a thread, which `DecoderThread` starts in a decoder process: one decoder besides sharp.
import { readFile } from 'node:fs/promises'
import { parentPort, type Transferable, workerData } from 'node:worker_threads'
import type { ImageDecoderModule } from '../image-decoder.ts'
import type { Call, Calls, Reply } from './added-decoder.ts'

type Result = { readonly answer: unknown } | Pick<Extract<Reply, { refusal: unknown }>, 'refusal'>

const { module } = workerData as { readonly module: string }
let loading: Promise<ImageDecoderModule> | undefined
// One call at a time, in the order of arrival.
let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (call: Call) => {
  last = last.then(() => take(call))
})

async function take(call: Call): Promise<void> {
  try {
    loading ??= import(module) as Promise<ImageDecoderModule>
    const decoder = await loading
    const result = await answerOf(decoder, call)
    reply({ id: call.id, heldBytes: decoder.heldBytes(), ...result })
  } catch (error) {
    reply({ id: call.id, heldBytes: 0, failure: error instanceof Error ? error.message : String(error) })
  }
}

async function answerOf(decoder: ImageDecoderModule, { kind, given }: Call): Promise<Result> {
  if (kind === 'tell_version') return { answer: decoder.version }
  const { path } = given as Calls['read_header']['given']
  const bytes = await readFile(path)
  const result =
    kind === 'decode'
      ? await decoder.decode(bytes, { maxPixels: (given as Calls['decode']['given']).maxPixels })
      : await decoder.readHeader(bytes)
  return result !== null && 'refused' in result ? { refusal: result } : { answer: result }
}

function reply(message: Reply): void {
  parentPort?.postMessage(message, samplesIn(message))
}

// Moved instead of copied.
function samplesIn(message: Reply): Transferable[] {
  const { answer } = message as { answer?: { samples?: { buffer: ArrayBuffer } } }
  return answer?.samples === undefined ? [] : [answer.samples.buffer]
}
