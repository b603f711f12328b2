// The program of the thread in a reader process: it follows one order at a time.
import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import type { FromReader, Order } from './orders.ts'
import { Reader } from './reader.ts'
import { Verdict } from './verdict.ts'

const reader = new Reader()

parentPort?.on('message', (order: Order) => void take(order))
// It never ends in order, when Node would write what it has compiled. Before the first document, and only what is new.
flushCompileCache()
tell({ type: 'ready' })

async function take(order: Order): Promise<void> {
  try {
    tell({ type: 'done', answer: await reader.follow(order) })
  } catch (error) {
    const verdict = error instanceof Verdict ? error.code : null
    tell({ type: 'failed', failure: error instanceof Error ? error.message : String(error), verdict })
  }
}

function tell(message: FromReader): void {
  parentPort?.postMessage(message, [])
}
