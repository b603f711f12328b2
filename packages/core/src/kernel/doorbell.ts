/** A bell whose rings merge into one while nobody waits. */
export interface Doorbell {
  readonly ring: () => void
  /** Waits for a ring, or finds one that came before; `false` if the time is up first. */
  readonly rang: (timeoutMs: number) => Promise<boolean>
}

/** A doorbell that also rings when the signal aborts, and from then on always. */
export function doorbell(signal: AbortSignal): Doorbell {
  let isRung = false
  let wake = (): void => {}
  const ring = (): void => {
    isRung = true
    wake()
  }
  signal.addEventListener('abort', ring, { once: true })
  return {
    ring,
    async rang(timeoutMs) {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      const wasRung = isRung || signal.aborted
      isRung = false
      return wasRung
    },
  }
}
