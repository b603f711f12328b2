import type { Processor } from '@rindle/core'
import { imageProcessor } from '@rindle/processor-image'

/** Stopped processors of this test file, by the types that they accept. */
const idle = new Map<string, Processor[]>()

/**
 * An image processor that keeps its decoder processes for the next instance of the same test file: to start one takes
 * longer than to make most of the pictures of tests. No two instances have the same at once, so each is as bounded as
 * it would be alone. Who tests the processes themselves takes an `imageProcessor()`.
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
      const warm = idle.get(types)?.pop()
      if (warm === undefined) await real.start(context)
      else real = warm
    },
    async stop() {
      await Promise.allSettled(underWay)
      if (types === undefined) return real.stop()
      idle.set(types, [...(idle.get(types) ?? []), real])
      types = undefined
      real = imageProcessor()
    },
    probe: (source, options) => track(real.probe(source, options)),
    process: (request) => track(real.process(request)),
    diagnose: (context) => real.diagnose(context),
  }
}
