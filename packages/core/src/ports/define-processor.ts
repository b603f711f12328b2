import type { AnyRecipeKind, OptionsOf } from '../domain/recipe-kind.ts'
import type { Finding } from './diagnosis.ts'
import type { ProbeResult, Processor, ProcessRequest } from './processor.ts'

/** Options of {@link defineProcessor}. */
export interface ProcessorDefinition<K extends AnyRecipeKind>
  extends Pick<Processor, 'name'>,
    Partial<
      Pick<
        Processor,
        | 'capabilities'
        | 'probes'
        | 'start'
        | 'stop'
        | 'probe'
        | 'thumbHash'
        | 'extractSubtitles'
        | 'metadataRemover'
        | 'diagnose'
      >
    > {
  /** The kinds of recipe that it makes. */
  readonly recipes: readonly K[]
  /** As {@link Processor.process}, with the options of these kinds. */
  readonly process: (request: ProcessRequest<OptionsOf<K>>) => Promise<void>
}

/**
 * Makes a processor from the kinds of recipe that it makes, and from its work. The default of `capabilities` is the names
 * of the kinds, which is also the default of their capability; by default it probes nothing, makes no ThumbHash, extracts no subtitles,
 * removes no metadata, has nothing to start, stops when the work under way has ended, and its self-check finds no problem. Does no I/O.
 */
export function defineProcessor<K extends AnyRecipeKind>(definition: ProcessorDefinition<K>): Processor {
  const { name, recipes } = definition
  const underWay = new Set<Promise<void>>()
  return {
    capabilities: new Set(recipes.map(({ kind }) => kind)),
    probes: new Set(),
    start: () => Promise.resolve(),
    stop: async (): Promise<void> => void (await Promise.allSettled(underWay)),
    probe: (): Promise<ProbeResult> => Promise.resolve({ kind: 'other' }),
    async *diagnose(): AsyncGenerator<Finding> {
      yield { id: `${name}.processor`, status: 'ok', summary: 'needs nothing beside its package' }
    },
    ...definition,
    async process(request: ProcessRequest<OptionsOf<K>>): Promise<void> {
      const work = definition.process(request)
      underWay.add(work)
      await work.finally(() => underWay.delete(work))
    },
  }
}
