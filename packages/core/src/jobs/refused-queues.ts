import { RindleError } from '../domain/errors.ts'
import { laneOfQueue, type QueueName, type RefusedQueues } from '../domain/queues.ts'
import type { Recipe } from '../domain/recipe.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Processor } from '../ports/processor.ts'
import { SUBTITLES_QUEUE } from '../tracks/subtitles-request.ts'

/** A busy machine is slow to start a decoder; a decoder that needs longer than this is broken. */
const LONGEST_CHECK_MS = 60_000

const NO_EXTRACTOR = 'No processor of this instance extracts subtitles. Add @rindle/processor-av to `processors`.'

/**
 * Returns those of these queues for which this machine can make nothing, because it lacks every processor that
 * profiles need there (for variants, or to extract subtitles), or the program or library of each. Asks the processors, as the doctor does. A processor that can make a part
 * (an FFmpeg without some encoder, say) does not refuse the queue: the other work would wait in vain. Nor does a
 * missing reader refuse promotions: each file that cannot be read here waits alone.
 */
export async function refusedQueues(
  { profiles, processors }: Pick<Runtime, 'profiles' | 'processors'>,
  queues: readonly QueueName[],
): Promise<RefusedQueues> {
  const recipes = Object.values(profiles).flatMap(({ variants }) => Object.values(variants))
  const wantsSubtitles = Object.values(profiles).some(({ extractSubtitles }) => extractSubtitles)
  const refused: [QueueName, string][] = []
  for (const queue of queues) {
    const needed = recipes.filter(({ facts }) => facts.queue === laneOfQueue(queue))
    const extracts = wantsSubtitles && queue === SUBTITLES_QUEUE
    const makers = processors.filter(
      (processor) =>
        needed.some((recipe) => makes(processor, recipe)) || (extracts && processor.extractSubtitles !== undefined),
    )
    if (makers.length === 0 && needed.length > 0) refused.push([queue, noProcessor(needed)])
    else if (makers.length === 0 && extracts) refused.push([queue, NO_EXTRACTOR])
    const problems = await Promise.all(makers.map(problemOf))
    const [first] = problems
    if (first !== undefined && problems.every((problem) => problem !== undefined)) refused.push([queue, first])
  }
  return Object.fromEntries(refused)
}

/** Whether a processor makes a recipe's kind, and has the capability that it needs. Pure. */
export function makes({ recipes, capabilities }: Processor, { kind, facts }: Recipe): boolean {
  return capabilities.has(facts.capability) && recipes.some((known) => known.kind === kind)
}

function noProcessor(needed: readonly Recipe[]): string {
  const packages = [...new Set(needed.map(({ madeBy }) => madeBy))].join(' and ')
  return `No processor of this instance makes its variants. Add ${packages} to \`processors\`.`
}

/** Why a processor can do nothing here: its own findings, without any particular demand. */
async function problemOf(processor: Processor): Promise<string | undefined> {
  const nothing = new Set<string>()
  const context = { capabilities: nothing, acceptedTypes: nothing, signal: AbortSignal.timeout(LONGEST_CHECK_MS) }
  try {
    for await (const { status, summary, fix } of processor.diagnose(context)) {
      if (status === 'error') return fix === undefined ? `${summary}.` : `${summary}. ${fix}`
    }
    return undefined
  } catch (error) {
    return `The ${processor.name} processor does not work here: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The error of a process that was asked to work on these queues. */
export function cannotWork(refused: RefusedQueues): RindleError {
  const reasons = Object.entries(refused).map(([queue, reason]) => `${queue}: ${reason}`)
  return new RindleError('setup_incomplete', `This machine cannot work on a requested queue. ${reasons.join(' ')}`, {
    details: { refused },
  })
}
