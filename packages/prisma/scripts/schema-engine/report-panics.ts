import { logLine } from './log-line.ts'

declare global {
  /** Where the engine says why it is about to trap. */
  var PRISMA_WASM_PANIC_REGISTRY: { set_message(message: string): void }
}

let panic: string | undefined

/** Keeps what a panic says. One that traps outside of any request ends the process, or the CLI would wait for ever. */
export function reportPanics(): void {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      panic = message
    },
  }
  process.on('uncaughtException', (error) => {
    logLine('ERROR', { is_panic: false, message: panicOr(error.message) })
    process.exit(1)
  })
}

/** What the engine said when it trapped, which tells more than the trap itself; else `message`. */
export function panicOr(message: string): string {
  return panic === undefined ? message : `The schema engine panicked: ${panic}`
}
