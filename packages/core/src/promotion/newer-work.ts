import { knowledgeOf } from '../assets/promote-request.ts'
import type { Asset } from '../domain/entities.ts'
import { RindleError } from '../domain/errors.ts'
import { carried, type Lack, lacksOf, lackText } from '../domain/promotion-knowledge.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { RunningJob } from '../ports/jobs.ts'

/** Lists what this process lacks of the knowledge of the newer one that asked for this promotion. Pure. */
export function lacksFor(
  runtime: Runtime,
  { profile }: Pick<Asset, 'profile'>,
  { payload }: RunningJob,
): readonly Lack[] {
  const own = knowledgeOf(runtime, profile)
  const theirs = carried(payload)
  return own === null || theirs === null ? [] : lacksOf(own, theirs)
}

/** The error of a worker that may not decide, because a newer process knows more about the profile. */
export function newerWorkerNeeded(
  { id, profile }: Pick<Asset, 'id' | 'profile'>,
  lacks: readonly Lack[],
  why: string,
): RindleError {
  return new RindleError(
    'newer_worker_needed',
    `${why} The process that took asset ${id} was started later and has, for profile "${profile}", ` +
      `${lacks.map(lackText).join(', ')}; this worker does not. Start a worker as new as that process.`,
    { details: { lacks: lacks.map(({ what, name }) => ({ what, name })) } },
  )
}
