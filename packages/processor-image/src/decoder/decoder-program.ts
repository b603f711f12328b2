// A separate program, which `startDecoder` starts: decoding and encoding run here, away from the application, so that
// it can be killed, or die, alone. It only follows orders; the application makes every decision.
import { flushCompileCache } from 'node:module'
import { setUpDecoders } from './added-decoders.ts'
import { ApplicationFault } from './application-fault.ts'
import { Decoder } from './decoder.ts'
import { watchMemory } from './memory-watch.ts'
import type { DecoderSettings, FromDecoder, Order, VerdictCode } from './orders.ts'
import { Refusal } from './refusal.ts'
import { setUpSharp } from './set-up-sharp.ts'

const { acceptedTypes, maxMemoryBytes, truncated, decoders } = JSON.parse(process.argv[2] ?? '') as DecoderSettings

// Terminals and service managers signal whole groups. The application gets the signal, too, and still needs this
// process to end its work in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// However the application ends, SIGKILL included, the channel closes. An orderly exit would wait for sharp's threads.
process.on('disconnect', die)

setUpSharp(new Set(acceptedTypes))
setUpDecoders(decoders)
const decoder = new Decoder(truncated)
const memory = watchMemory(maxMemoryBytes, (residentBytes) => tell({ type: 'out_of_memory', residentBytes }, die))

process.on('message', (order: Order) => {
  memory.begin()
  decoder
    .follow(order)
    .then(
      (answer) => tell({ type: 'done', id: order.id, answer }),
      (error: unknown) => tell({ type: 'failed', id: order.id, ...failureOf(error) }),
    )
    .finally(memory.end)
})
// It never ends in order, when Node would write what it has compiled. Before the first picture, and only what is new.
flushCompileCache()
tell({ type: 'ready' })

function tell(message: FromDecoder, then: () => void = () => {}): void {
  // The end of the channel shows that the application is gone.
  process.send?.(message, undefined, undefined, then)
}

function failureOf(error: unknown): { failure: string; verdict: VerdictCode | null } {
  const verdict = error instanceof Refusal || error instanceof ApplicationFault ? error.code : null
  return { failure: error instanceof Error ? error.message : String(error), verdict }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
