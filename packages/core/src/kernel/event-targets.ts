import { HANDLED_EVENTS, type HandlerName, type HookEventType, handlerTarget } from '../domain/hook-events.ts'
import type { HookHandler, WebhookOptions } from '../ports/hooks.ts'
import type { Profile } from '../profile/profile.ts'

/** A target that this process can deliver to, because it has its code or its URL. */
export type EventTarget = HandlerTarget | WebhookTarget

interface TargetFacts {
  readonly name: string
  readonly types: readonly HookEventType[]
  /** Empty: all. */
  readonly profiles: readonly string[]
}

/** The handlers of one profile. */
export interface HandlerTarget extends TargetFacts {
  readonly kind: 'handler'
  readonly handlers: ReadonlyMap<HookEventType, HookHandler>
}

/** A webhook. */
export interface WebhookTarget extends TargetFacts {
  readonly kind: 'webhook'
  readonly webhook: WebhookOptions
}

/** The targets that the configuration declares, by name. Pure. */
export function eventTargetsOf(
  profiles: Readonly<Record<string, Profile>>,
  webhooks: readonly WebhookOptions[],
): ReadonlyMap<string, EventTarget> {
  const handlers = Object.entries(profiles).flatMap(([name, profile]) => handlerTargetOf(name, profile))
  const targets: readonly EventTarget[] = [...handlers, ...webhooks.map(webhookTargetOf)]
  return new Map(targets.map((target) => [target.name, target]))
}

function handlerTargetOf(profile: string, { on }: Profile): readonly HandlerTarget[] {
  const names = Object.keys(HANDLED_EVENTS) as HandlerName[]
  const handlers = new Map(
    names.flatMap((name) => {
      const handler = on[name]
      return handler === undefined ? [] : [[HANDLED_EVENTS[name], handler] as const]
    }),
  )
  if (handlers.size === 0) return []
  const facts = { name: handlerTarget(profile), types: [...handlers.keys()], profiles: [profile] }
  return [{ kind: 'handler', ...facts, handlers }]
}

function webhookTargetOf(webhook: WebhookOptions): WebhookTarget {
  const { name, events, profiles = [] } = webhook
  return { kind: 'webhook', name, types: events, profiles, webhook }
}
