import type { PgPool, PgPoolClient } from './database.ts'
import { sqlStateOf } from './sql-state.ts'

/** A connection checked out of a pool. */
export interface PoolConnection {
  readonly client: PgPoolClient
  /** Gives it back, or closes it when it is not known to be sound. */
  giveBack(isBroken: boolean): void
}

export async function checkOut(pool: PgPool): Promise<PoolConnection> {
  const client = await pool.connect()
  client.on('error', ignoreLoss)
  return {
    client,
    giveBack(isBroken) {
      client.removeListener('error', ignoreLoss)
      client.release(isBroken)
    },
  }
}

/** True when an error means more than that the server refused a statement: the connection may be gone or mid-answer. */
export function breaksConnection(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

/** A lost connection tells the running query and emits `error`; unheard, the latter would end the process. */
function ignoreLoss(): void {}
