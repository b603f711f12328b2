/** A piece of memory that is lent. */
export interface LentMemory {
  readonly bytes: Buffer
  /** The bytes are not to be touched after it. Call it once. */
  giveBack(): void
}

/** Memory for parts on their way to the store: few at once, and always the same. */
export interface PartMemory {
  /** Waits while all of it is lent. */
  lend(byteSize: number): Promise<LentMemory>
}

/** Lends the memory of `count` parts at most, each as large as it ever had to be. Takes none before it is asked. */
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
