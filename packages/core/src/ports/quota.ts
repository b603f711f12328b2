import type { SqlExecutor } from '@rindle/prisma'
import type { Owner } from '../domain/entities.ts'

/** An upload that is about to begin, for a {@link QuotaRule}. */
export interface QuotaRequest {
  readonly profile: string
  /** The actor who begins it, as the application names them. */
  readonly actorId: string | null
  /** The owner that it will be attached to. */
  readonly owner: Owner | null
  readonly tenant: string | null
  /** The transaction that begins the upload: read the plan of a customer with it. */
  readonly tx: SqlExecutor
}

/** The limits of the account that an upload counts for. */
export interface Quota {
  /**
   * The name of the account. Assets count for it until they are purged. @default the actor; without one the owner;
   * without both the tenant. Each has its own account in each tenant. An upload without any is not counted
   */
  readonly account?: string
  /** The most bytes of originals, with uploads in flight by their declared size. @default no limit, but counted */
  readonly maxBytes?: number | null
  /** The most assets, with uploads in flight. @default no limit, but counted */
  readonly maxAssets?: number | null
}

/** Says what an upload may use; `null`: it is neither limited nor counted. */
export type QuotaRule = (upload: QuotaRequest) => Quota | null | Promise<Quota | null>
