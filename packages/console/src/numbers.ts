import type { Rindle, RuntimeStatus } from '@rindle/core'
import { Kept } from './kept.ts'
import { isSmall, readStored, readTableSizes, type Stored } from './stored.ts'
import { type RangeName, readThroughput, type Throughput } from './throughput.ts'

/** The numbers of the installation at one time. */
export interface Counted {
  readonly status: RuntimeStatus
  readonly stored: Stored
}

/** The numbers of one instance, read behind the pages that show them: counting takes seconds among millions of rows. */
export class Numbers {
  readonly counted: Kept<Counted>
  readonly #rindle: Rindle
  readonly #work = new Map<RangeName, Kept<Throughput>>()
  readonly #listeners = new Set<() => void>()
  #version = 0

  constructor(rindle: Rindle) {
    this.#rindle = rindle
    this.counted = this.#kept(async () => ({
      status: await rindle.runtimeStatus(),
      stored: await readStored(rindle),
    }))
  }

  /** How many readings have ended. A page names it, so that the browser hears of later ones. */
  get version(): number {
    return this.#version
  }

  /** The work of a range of time. */
  work(range: RangeName): Kept<Throughput> {
    const known = this.#work.get(range) ?? this.#kept(() => readThroughput(this.#rindle, range, new Date()))
    this.#work.set(range, known)
    return known
  }

  /** Calls `listener` after every reading; returns the function that ends this. */
  onRead(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #kept<T>(read: () => Promise<T>): Kept<T> {
    return new Kept({
      read,
      isQuick: async () => isSmall(await readTableSizes(this.#rindle)),
      onRead: () => {
        this.#version += 1
        for (const listener of this.#listeners) listener()
      },
    })
  }
}

const instances = new WeakMap<Rindle, Numbers>()

/** Returns the numbers of an instance; all consoles of a process share them. */
export function numbersOf(rindle: Rindle): Numbers {
  const known = instances.get(rindle)
  if (known !== undefined) return known
  const numbers = new Numbers(rindle)
  instances.set(rindle, numbers)
  return numbers
}
