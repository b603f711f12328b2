// A separate program, which `startReader` starts: documents are read here, away from the application, so that it can be
// killed, or die, alone. PDFium runs in a thread, because it blocks: this one still sees the memory and the end of the
// application.
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FromReader, Order, ReaderSettings } from './orders.ts'

const MEMORY_INTERVAL_MS = 50

const { maxMemoryBytes } = JSON.parse(process.argv[2] ?? '') as ReaderSettings

// Terminals and service managers signal whole groups. The application gets the signal, too, and still needs this
// process to end its work in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
// However the application ends, SIGKILL included, the channel closes. An orderly exit would wait for the thread.
process.on('disconnect', die)

const thread = new Worker(new URL(`./reader-thread-program${extname(import.meta.url)}`, import.meta.url))
thread.on('message', (message: FromReader) => tell(message))
process.on('message', (order: Order) => thread.postMessage(order, []))
// An error of the thread is not caught: the application learns it from the end of this process.

setInterval(() => {
  const residentBytes = process.memoryUsage.rss()
  if (residentBytes > maxMemoryBytes) tell({ type: 'out_of_memory', residentBytes }, die)
}, MEMORY_INTERVAL_MS)

function tell(message: FromReader, then: () => void = () => {}): void {
  // The end of the channel shows that the application is gone.
  process.send?.(message, undefined, undefined, then)
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
