// The program of the thread in a reader process: it follows one order at a time.
import { parentPort } from 'node:worker_threads'
import type { FromReader, Order } from './orders.ts'
import { Reader } from './reader.ts'
import { Verdict } from './verdict.ts'

const reader = new Reader()

parentPort?.on('message', (order: Order) => void take(order))
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
