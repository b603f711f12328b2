const INTERVAL_MS = 50

/** Watches the memory of this process while it works. */
export interface MemoryWatch {
  readonly begin: () => void
  readonly end: () => void
}

/**
 * Calls `onExceeded` with the resident bytes once this process holds more than `maxBytes`. It notices that even while
 * sharp works, because sharp's threads leave the event loop free.
 */
export function watchMemory(maxBytes: number, onExceeded: (residentBytes: number) => void): MemoryWatch {
  let underWay = 0
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const residentBytes = process.memoryUsage.rss()
    if (residentBytes > maxBytes) onExceeded(residentBytes)
  }
  return {
    begin: () => {
      underWay += 1
      timer ??= setInterval(look, INTERVAL_MS)
    },
    end: () => {
      underWay -= 1
      if (underWay > 0) return
      clearInterval(timer)
      timer = undefined
    },
  }
}
