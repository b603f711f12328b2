import type { PgPool, PgPoolClient } from './database.ts'
import { sqlStateOf } from './sql-state.ts'

/** A connection from a pool. */
export interface PoolConnection {
  readonly client: PgPoolClient
  /** Returns it, or closes it if it may be broken. */
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

/** Whether an error means more than a refused statement: the connection may be gone or in the middle of an answer. */
export function breaksConnection(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

/** A lost connection rejects the running query and emits `error`, which without a listener would end the process. */
function ignoreLoss(): void {}
