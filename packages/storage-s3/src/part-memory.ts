/** A piece of memory on loan. */
export interface LentMemory {
  readonly bytes: Buffer
  /** Do not touch the bytes afterwards. Call it once. */
  giveBack(): void
}

/** Memory for parts that are being sent: few buffers, which are reused. */
export interface PartMemory {
  /** Waits while all of it is on loan. */
  lend(byteSize: number): Promise<LentMemory>
}

/**
 * Lends the memory of at most `count` parts, each as large as its largest loan. Allocates nothing before the first
 * loan.
 */
export function partMemory(count: number): PartMemory {
  const free: Buffer[] = Array.from({ length: count }, () => Buffer.alloc(0))
  const waiting: ((memory: Buffer) => void)[] = []

  const take = async (): Promise<Buffer> => free.pop() ?? new Promise<Buffer>((resolve) => void waiting.push(resolve))
  const giveBack = (memory: Buffer): void => {
    const next = waiting.shift()
    if (next === undefined) free.push(memory)
    else next(memory)
  }

  return {
    async lend(byteSize) {
      const taken = await take()
      const memory = taken.byteLength < byteSize ? Buffer.allocUnsafeSlow(byteSize) : taken
      return { bytes: memory.subarray(0, byteSize), giveBack: () => giveBack(memory) }
    },
  }
}
