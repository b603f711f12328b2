import type { Runtime } from '../kernel/runtime.ts'
import { errorFields } from '../ports/logger.ts'
import { declareVariants, markDrifted } from '../variants/declarations.ts'

/** Milliseconds between looks for recipes whose variants are to be compared. */
const LOOK_EVERY_MS = 60_000

/**
 * Declares this instance's recipes, then marks variants of other recipes in the background, page by page, until stopped.
 * A failure is logged, and the next look goes on.
 */
export function followDeclarations(runtime: Runtime): { stop(): Promise<void> } {
  let isDeclared = false
  const stopping = new AbortController()
  let look: Promise<void> | undefined
  const lookOnce = async (): Promise<void> => {
    try {
      if (!isDeclared) await declareVariants(runtime)
      isDeclared = true
      while (!stopping.signal.aborted && (await markDrifted(runtime)));
    } catch (error) {
      runtime.logger.warn(errorFields(error), 'Variants could not be compared with the declared recipes.')
    } finally {
      look = undefined
    }
  }
  const start = (): void => {
    look ??= lookOnce()
  }
  start()
  const timer = setInterval(start, LOOK_EVERY_MS)
  timer.unref()
  return {
    stop: async () => {
      stopping.abort()
      clearInterval(timer)
      await look
    },
  }
}
