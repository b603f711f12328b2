import type { JsonObject, RuntimeStatus, StatusExample, StatusFinding } from '@rindle/core'

/** A status as JSON. Pure. */
export function statusDocument({ takenAt, profile, counts, queues, findings }: RuntimeStatus): JsonObject {
  const { assets, variants, sessions, isPartial } = counts
  return {
    taken_at: takenAt.toISOString(),
    profile,
    counts: { assets: { ...assets }, variants: { ...variants }, sessions: { ...sessions }, is_partial: isPartial },
    queues: queues.map(({ queue, waiting, oldestWaitSeconds, running, dead, workers }) => ({
      queue,
      waiting,
      oldest_wait_seconds: oldestWaitSeconds,
      running,
      dead,
      workers,
    })),
    findings: findings.map(findingDocument),
  }
}

function findingDocument(finding: StatusFinding): JsonObject {
  return {
    class: finding.class,
    severity: finding.severity,
    threshold_seconds: finding.thresholdSeconds,
    count: finding.count,
    is_at_least: finding.isAtLeast,
    oldest_age_seconds: finding.oldestAgeSeconds,
    examples: finding.examples.map(exampleDocument),
    recommendation: { ...finding.recommendation },
  }
}

function exampleDocument(example: StatusExample): JsonObject {
  return {
    asset_id: example.assetId,
    variant_name: example.variantName,
    session_id: example.sessionId,
    queue: example.queue,
    task: example.task,
    state: example.state,
    reason: example.reason,
    message: example.message,
    age_seconds: example.ageSeconds,
  }
}
