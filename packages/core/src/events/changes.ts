import type { Database } from '@rindle/prisma'
import type { AssetState, VariantState } from '../domain/states.ts'
import { errorFields, type Logger } from '../ports/logger.ts'

// PostgreSQL sends a notification with its transaction's commit, or never.
const CHANGES_CHANNEL = 'rindle_changes'

/** One change of an asset, as every process's {@link Changes} reports it. */
export type AssetChange =
  | { readonly type: 'asset'; readonly assetId: string; readonly state: AssetState }
  | {
      readonly type: 'variant'
      readonly assetId: string
      readonly variantName: string
      readonly state: VariantState
      /** Percent, 0 to 100. */
      readonly progress: number
    }
  /** The connection was lost for a while, and changes with it: read the asset again. */
  | { readonly type: 'refresh'; readonly assetId: string }

/** Receives the changes of one asset. A thrown error or a rejection is logged. */
export type ChangeListener = (change: AssetChange) => void | Promise<void>

/** An open subscription. */
export interface ChangeSubscription {
  /** Stops it. Safe to repeat. */
  close(): Promise<void>
}

/**
 * SQL for a RETURNING list that announces an asset's state: the change and its announcement are one statement. `asset`
 * is the alias of the row. Cast to text, because Prisma cannot read a column of type void.
 */
export const NOTIFY_ASSET: string = `pg_notify('${CHANGES_CHANNEL}', jsonb_build_object(
  'type', 'asset', 'assetId', asset.id, 'state', asset.state)::text)::text as announced`

/** The same for a variant; `variant` is the alias of the row. */
export const NOTIFY_VARIANT: string = `pg_notify('${CHANGES_CHANNEL}', jsonb_build_object(
  'type', 'variant', 'assetId', variant.asset_id, 'variantName', variant.name, 'state', variant.state,
  'progress', variant.progress)::text)::text as announced`

/** The subscriptions of one instance. They share one connection, which is open while any subscription is. */
export class Changes {
  readonly #database: Database
  readonly #logger: Logger
  readonly #listeners = new Map<string, Set<ChangeListener>>()
  #listening: Promise<ChangeSubscription> | undefined

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
  }

  /** Calls `listener` for every committed change of the asset, by any process, from now on. */
  async subscribe(assetId: string, listener: ChangeListener): Promise<ChangeSubscription> {
    const listeners = this.#listeners.get(assetId) ?? new Set()
    this.#listeners.set(assetId, listeners.add(listener))
    try {
      this.#listening ??= this.#listen()
      await this.#listening
    } catch (error) {
      this.#listening = undefined
      this.#remove(assetId, listener)
      throw error
    }
    return { close: () => this.#unsubscribe(assetId, listener) }
  }

  /** Ends all subscriptions. Safe to repeat. */
  async close(): Promise<void> {
    this.#listeners.clear()
    await this.#closeIfIdle()
  }

  #listen(): Promise<ChangeSubscription> {
    return this.#database.listen(
      CHANGES_CHANNEL,
      (payload) => this.#dispatch(JSON.parse(payload) as AssetChange),
      () => {
        for (const assetId of this.#listeners.keys()) this.#dispatch({ type: 'refresh', assetId })
      },
    )
  }

  #dispatch(change: AssetChange): void {
    for (const listener of this.#listeners.get(change.assetId) ?? []) void this.#call(listener, change)
  }

  async #call(listener: ChangeListener, change: AssetChange): Promise<void> {
    try {
      await listener(change)
    } catch (error) {
      this.#logger.error({ assetId: change.assetId, ...errorFields(error) }, 'A listener for changes failed.')
    }
  }

  async #unsubscribe(assetId: string, listener: ChangeListener): Promise<void> {
    this.#remove(assetId, listener)
    await this.#closeIfIdle()
  }

  #remove(assetId: string, listener: ChangeListener): void {
    const listeners = this.#listeners.get(assetId)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#listeners.delete(assetId)
  }

  async #closeIfIdle(): Promise<void> {
    if (this.#listeners.size > 0) return
    const listening = this.#listening
    this.#listening = undefined
    await (await listening)?.close()
  }
}
