import type { Processor } from '@rindle/core'
import { imageProcessor } from '@rindle/processor-image'

interface Idle {
  /** The types that it accepts. */
  readonly types: string
  readonly processor: Processor
}

/** Processors of this test worker that no instance has now, the longest idle one first. They end with the worker. */
const idle: Idle[] = []
// Each has up to three processes, of some 80 MB.
const MOST_IDLE = 2

/**
 * An image processor that keeps its decoder processes for the next instance in the same test worker: to start one takes
 * longer than to make most of the pictures of tests. No two instances have the same at once, so each is as bounded as
 * it would be alone. A test of the processes themselves takes an `imageProcessor()`.
 */
export function warmImageProcessor(): Processor {
  let real = imageProcessor()
  let types: string | undefined
  const underWay = new Set<Promise<unknown>>()
  const track = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }
  return {
    name: real.name,
    recipes: real.recipes,
    capabilities: real.capabilities,
    probes: real.probes,
    async start(context) {
      types = [...context.acceptedTypes].toSorted().join()
      const found = idle.findLastIndex((each) => each.types === types)
      const [warm] = found < 0 ? [] : idle.splice(found, 1)
      if (warm === undefined) await real.start(context)
      else real = warm.processor
    },
    async stop() {
      await Promise.allSettled(underWay)
      if (types === undefined) return real.stop()
      idle.push({ types, processor: real })
      types = undefined
      real = imageProcessor()
      if (idle.length > MOST_IDLE) await idle.shift()?.processor.stop()
    },
    probe: (source, options) => track(real.probe(source, options)),
    thumbHash: (picture, options) =>
      track(real.thumbHash?.(picture, options) ?? Promise.reject(new Error('It makes none.'))),
    process: (request) => track(real.process(request)),
    diagnose: (context) => real.diagnose(context),
  }
}
