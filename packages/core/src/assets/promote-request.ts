import { createHash } from 'node:crypto'
import type { Asset } from '../domain/entities.ts'
import { carrying, type PromotionKnowledge } from '../domain/promotion-knowledge.ts'
import { promoteKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { VERSION } from '../kernel/version.ts'
import type { JobRequest } from '../ports/jobs.ts'
import type { Profile } from '../profile/profile.ts'

/** Returns the job that promotes an asset, with this process's knowledge of it. Pure. */
export function promoteRequest(runtime: Runtime, { id, profile }: Pick<Asset, 'id' | 'profile'>): JobRequest {
  const knowledge = knowledgeOf(runtime, profile)
  const known = knowledge === null ? {} : carrying(knowledge)
  return { queue: 'rindle_promote', key: promoteKey(id), payload: { assetId: id, ...known } }
}

/** Returns this process's knowledge of a profile's promotion; `null` when it does not even know the profile. Pure. */
export function knowledgeOf(runtime: Runtime, profileName: string): PromotionKnowledge | null {
  const profile = Object.hasOwn(runtime.profiles, profileName) ? runtime.profiles[profileName] : undefined
  if (profile === undefined) return null
  return {
    since: runtime.startedAt.toISOString(),
    version: VERSION,
    accept: digestOf(profile.accept),
    removal: profile.originals.metadata,
    scanners: profile.scanners.map(({ name }) => name),
    processors: runtime.processors.map(({ name }) => name),
  }
}

const digests = new WeakMap<Profile['accept'], string>()

/** Every process of one version has the same text: defineProfile writes its fields in one order. */
function digestOf(accept: Profile['accept']): string {
  const known = digests.get(accept)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(JSON.stringify(accept)).digest('hex').slice(0, 16)
  digests.set(accept, digest)
  return digest
}
