import type { JobsAdapter } from '../ports/jobs.ts'

/** A queue that can take part in a statement of others. */
export type JoiningJobs = JobsAdapter & Required<Pick<JobsAdapter, 'enqueueWith'>>

/** Whether a unit can write its rows and its job by one statement. */
export function canEnqueueWith(jobs: JobsAdapter): jobs is JoiningJobs {
  return jobs.enqueueWith !== undefined && jobs.capabilities.has('transactional_enqueue')
}
