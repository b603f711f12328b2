import type { HookEvent } from '../../ports/hooks.ts'

/**
 * The body of a webhook, in the form that the Standard Webhooks specification recommends: `type`, `timestamp` and `data`.
 * Facts that do not apply are left out. Pure.
 */
export function webhookBody({ type, occurredAt, id: _id, ...facts }: HookEvent): string {
  const data = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null))
  return JSON.stringify({ type, timestamp: occurredAt.toISOString(), data })
}
