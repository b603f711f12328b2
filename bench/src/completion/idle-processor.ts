import { join } from 'node:path'
import type { Processor } from '@rindle/core'
import type { ProcessRequest } from '@rindle/core/adapter'
import { imageKind } from '@rindle/processor-image/recipes'

/** A processor that makes nothing, so that only Rindle's work in the database remains of its jobs. */
export interface IdleProcessor {
  readonly processor: Processor
  /**
   * Holds back the jobs of `count` assets until all of them have claimed their variants. Then `onHeld` runs, and then
   * each reports its variants as made. Resolves with what `whileReporting` gives for that work.
   */
  readonly holdAll: <T>(count: number, hooks: HoldHooks<T>) => Promise<T>
}

/** The hooks of {@link IdleProcessor.holdAll}. */
export interface HoldHooks<T> {
  readonly onHeld?: () => Promise<void>
  readonly whileReporting: (report: () => Promise<void>) => Promise<T>
}

/** Makes an {@link IdleProcessor} for PNG uploads and WebP variants. */
export function idleProcessor(): IdleProcessor {
  let arrive: (request: ProcessRequest) => Promise<void> = async () => {
    throw new Error('A job came that nobody holds.')
  }
  const processor: Processor = {
    name: 'idle',
    recipes: [imageKind],
    capabilities: new Set(['image/webp']),
    probes: new Set(['image/png']),
    start: async () => {},
    stop: async () => {},
    probe: async () => ({ kind: 'image', width: 1, height: 1 }),
    process: (request) => arrive(request),
    async *diagnose() {},
  }
  const holdAll: IdleProcessor['holdAll'] = async (count, { onHeld = async () => {}, whileReporting }) => {
    const held: { readonly request: ProcessRequest; readonly release: () => void }[] = []
    const allHeld = Promise.withResolvers<void>()
    arrive = (request) =>
      new Promise((release) => {
        held.push({ request, release })
        if (held.length === count) allHeld.resolve()
      })
    await allHeld.promise
    await onHeld()
    const result = await whileReporting(async () => {
      await Promise.all(held.map(({ request }) => reportMade(request)))
    })
    for (const { release } of held) release()
    return result
  }
  return { processor, holdAll }
}

async function reportMade({ variants, directory, onOutcome }: ProcessRequest): Promise<void> {
  for (const { name } of variants) {
    const path = join(directory, name)
    await onOutcome({ name, output: { path, contentType: 'image/webp', byteSize: 1, width: 1, height: 1 } })
  }
}
