import type { Asset } from '../domain/entities.ts'
import { purgeKey } from '../domain/queues.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** The job that purges an asset. Pure. */
export function purgeRequest({ id, profile }: Pick<Asset, 'id' | 'profile'>): JobRequest {
  return { queue: 'rindle_purge', key: purgeKey(id), payload: { assetId: id, profile } }
}
