import type { HashMessage } from './hash-message.ts'

/** Hashes files in workers of this page. */
export interface FileHashes {
  /**
   * The SHA-256 of a file in lower-case hex; `undefined` where it cannot be computed beside the page. Rejects only with
   * the reason of an aborted signal.
   */
  of(file: Blob, signal: AbortSignal): Promise<string | undefined>
}

/** The part of a browser's `Worker` that hashes files; programs without a browser know no such type. */
export interface HashWorker {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'error', listener: (event: { preventDefault(): void }) => void): void
  postMessage(message: unknown): void
  terminate(): void
}

/** A worker that says nothing for this long does not work. Its first words wait for its program, and for a slow disk. */
const SILENCE_MS = 30_000

/**
 * Hashes files with the workers that `makeWorker` makes, one for each file. A worker that cannot start, for a policy of
 * the page or because its program is missing, is not tried again. `null`: hashes nothing.
 */
export function fileHashes(makeWorker: (() => HashWorker) | null): FileHashes {
  let isBroken = false
  return {
    async of(file, signal) {
      signal.throwIfAborted()
      if (isBroken || makeWorker === null) return undefined
      const { sha256, hasWorked } = await askWorker(makeWorker, file, signal)
      isBroken = !hasWorked
      return sha256
    },
  }
}

/** The worker that comes with this package. Bundlers look for exactly this form. */
export function ownWorker(): HashWorker {
  return new Worker(new URL('./sha256-worker.js', import.meta.url), { type: 'module' })
}

interface Answer {
  /** Absent, too, if the file has changed or is gone: sending it will say so. */
  readonly sha256?: string
  readonly hasWorked: boolean
}

async function askWorker(makeWorker: () => HashWorker, file: Blob, signal: AbortSignal): Promise<Answer> {
  let worker: HashWorker | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const stop = (): void => reject(signal.reason)
  const breaks = (event?: { preventDefault(): void }): void => {
    // Otherwise the page would report an error of its own.
    event?.preventDefault()
    resolve({ hasWorked: false })
  }
  const waitAgain = (): void => {
    clearTimeout(silence)
    silence = setTimeout(breaks, SILENCE_MS)
  }
  try {
    worker = makeWorker()
    worker.addEventListener('message', (event) => {
      const data = event.data as HashMessage
      waitAgain()
      if (data.type === 'done') resolve({ sha256: data.sha256, hasWorked: true })
      if (data.type === 'failed') resolve({ hasWorked: true })
    })
    worker.addEventListener('error', breaks)
    signal.addEventListener('abort', stop, { once: true })
    waitAgain()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has none.
    worker.postMessage(file)
    return await promise
  } catch (error) {
    if (signal.aborted) throw error
    return { hasWorked: false }
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', stop)
    worker?.terminate()
  }
}
