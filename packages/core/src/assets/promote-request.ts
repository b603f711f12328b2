import { createHash } from 'node:crypto'
import type { Asset } from '../domain/entities.ts'
import { carrying, type PromotionKnowledge } from '../domain/promotion-knowledge.ts'
import { promoteKey } from '../domain/queues.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { VERSION } from '../kernel/version.ts'
import type { JobRequest } from '../ports/jobs.ts'

/** The job that promotes an asset, with what this process knows of it. Pure. */
export function promoteRequest(runtime: Runtime, { id, profile }: Pick<Asset, 'id' | 'profile'>): JobRequest {
  const knowledge = knowledgeOf(runtime, profile)
  const known = knowledge === null ? {} : carrying(knowledge)
  return { queue: 'rindle_promote', key: promoteKey(id), payload: { assetId: id, ...known } }
}

/** What this process knows of the promotion of a profile's uploads; `null`: not even the profile. Pure. */
export function knowledgeOf(runtime: Runtime, profileName: string): PromotionKnowledge | null {
  const profile = Object.hasOwn(runtime.profiles, profileName) ? runtime.profiles[profileName] : undefined
  if (profile === undefined) return null
  return {
    since: runtime.startedAt.toISOString(),
    version: VERSION,
    // The same text in every process of one version: defineProfile writes its fields in one order.
    accept: createHash('sha256').update(JSON.stringify(profile.accept)).digest('hex').slice(0, 16),
    scanners: profile.scanners.map(({ name }) => name),
    processors: runtime.processors.map(({ name }) => name),
  }
}
