import type { SqlExecutor } from '@rindle/prisma'
import type { Asset, Owner, Variant } from '../domain/entities.ts'
import type { HandlerName, HookEventType } from '../domain/hook-events.ts'

/** Something that happened to an asset, committed with the change itself. */
export interface HookEvent {
  /**
   * A UUIDv7: the same for every attempt and every target. Use it as the key that makes your own effects happen once.
   */
  readonly id: string
  readonly type: HookEventType
  readonly occurredAt: Date
  /** The asset. By now it may have other states, or be gone. */
  readonly assetId: string
  readonly profile: string
  /** The state that it reached: of the variant, the upload or the asset, by the type of the event. */
  readonly state: string
  /** `null`: the event is not about a variant. */
  readonly variantName: string | null
  /** `null`: the event is not about an upload. */
  readonly sessionId: string | null
  /** The owner of the attachment; for other events, the one to which the asset was attached last. `null`: none. */
  readonly owner: Owner | null
  /** The slot of that owner. */
  readonly slot: string | null
  /** A code: why it was refused or failed. */
  readonly reason: string | null
}

/** The argument of a handler. */
export interface HookContext {
  readonly event: HookEvent
  /** The asset as it is now; `null` when it has been purged since. */
  readonly asset: (Asset & { readonly variants: readonly Variant[] }) | null
  /** The reason of the event, as a code; `null`: none. */
  readonly reason: string | null
  /** 1 for the first. */
  readonly attempt: number
  /**
   * A transaction that also marks the event as handled: what you write through it is committed once, however often the
   * handler runs. It begins with your first statement, so do slow work before, and pass it to verbs as `tx`.
   */
  readonly tx: SqlExecutor
  /** Aborts when the time limit is over, or when the worker stops. */
  readonly signal: AbortSignal
}

/**
 * Handles an event. It runs in a worker, at least once, after the commit of the change, and in order for each asset. A
 * rejection is retried with growing delays for three days; later events of the same asset wait meanwhile. A promise is
 * awaited, and its value ignored.
 */
export type HookHandler = (context: HookContext) => unknown

/** The handlers of a profile, by the name of the event. */
export type HookHandlers = { readonly [Name in HandlerName]?: HookHandler }

/** Options of one webhook. */
export interface WebhookOptions {
  /** The name of the target: lower-case letters, digits, `_` and `-`. Rows remember it. */
  readonly name: string
  /** An `https` URL without credentials. Rindle stores it nowhere. */
  readonly url: string
  /**
   * The secret of the Standard Webhooks specification: `whsec_` and 24 to 64 bytes in Base64. To rotate it, give two: events
   * carry the signatures of both.
   */
  readonly secret: string | readonly [string, string]
  /** The wanted types. */
  readonly events: readonly HookEventType[]
  /** Only events of these profiles. @default all */
  readonly profiles?: readonly string[]
  /**
   * Also sends to private addresses, and by plain `http`: for a receiver in your own network. Never for a URL that a
   * user may choose. @default false
   */
  readonly allowPrivate?: boolean
}
