import { logLine } from './log-line.ts'

declare global {
  var PRISMA_WASM_PANIC_REGISTRY: { set_message(message: string): void }
}

/** A panic of the engine traps outside of any promise. Says what it was and ends, or the CLI would wait or say nothing. */
export function reportPanics(): void {
  let panic: string | undefined
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      panic = message
    },
  }
  process.on('uncaughtException', (error) => {
    logLine('ERROR', { is_panic: panic !== undefined, message: panic ?? error.message })
    process.exit(1)
  })
}
