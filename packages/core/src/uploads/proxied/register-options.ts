import type { SqlExecutor } from '@rindle/prisma'
import type { ChosenOrder } from '../../domain/chosen-order.ts'
import type { Owner } from '../../domain/entities.ts'

/** Options of `register`. */
export interface RegisterOptions {
  /** The application's transaction. @default a new transaction */
  readonly tx?: SqlExecutor
  /** Attaches the asset to this owner in the same transaction; needs `slot`. */
  readonly owner?: Owner
  readonly slot?: string
  /**
   * The place of the file among those that a person chose together: in a slot of many they keep that order, whichever is
   * registered first, and of several for a slot of one the last stays. @default the order of the calls' commits
   */
  readonly order?: ChosenOrder
}
