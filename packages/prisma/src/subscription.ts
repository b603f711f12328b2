import { setTimeout as delay } from 'node:timers/promises'
import type { Listening } from './database.ts'
import type { ListenConnection } from './listen-connection.ts'

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 10_000

export interface SubscriptionHandlers {
  readonly onMessage: (payload: string) => void
  readonly onReconnect: () => void
}

/** Listens to a NOTIFY channel on the connections of `connect`, again and again until closed. */
export class Subscription implements Listening {
  readonly #connect: () => Promise<ListenConnection>
  readonly #channel: string
  readonly #handlers: SubscriptionHandlers
  readonly #closing = new AbortController()
  #connection: ListenConnection | undefined

  constructor(connect: () => Promise<ListenConnection>, channel: string, handlers: SubscriptionHandlers) {
    this.#connect = connect
    this.#channel = channel
    this.#handlers = handlers
  }

  /** Connects and listens. Throws if that fails, and does not retry then. */
  async open(): Promise<void> {
    const connection = await this.#connect()
    connection.client.on('end', () => this.#onLoss(connection))
    connection.client.on('notification', ({ channel, payload }) => {
      if (channel !== this.#channel) return
      // Off the driver's stack: a handler that throws must not stop it in the middle of a packet.
      queueMicrotask(() => this.#handlers.onMessage(payload ?? ''))
    })
    try {
      await connection.client.query(`listen "${this.#channel.replaceAll('"', '""')}"`)
    } catch (error) {
      await connection.close()
      throw error
    }
    if (this.#closing.signal.aborted) return connection.close()
    this.#connection = connection
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const connection = this.#connection
    this.#connection = undefined
    await connection?.close()
  }

  #onLoss(connection: ListenConnection): void {
    if (connection !== this.#connection) return
    this.#connection = undefined
    void this.#reopen(connection)
  }

  async #reopen(lost: ListenConnection): Promise<void> {
    await lost.close()
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      try {
        await delay(backOffMs(attempt), undefined, { signal: this.#closing.signal })
        await this.open()
      } catch {
        // Closed in the meantime, or the server is still away: the loop's condition tells which.
        continue
      }
      if (!this.#closing.signal.aborted) this.#handlers.onReconnect()
      return
    }
  }
}

/** Doubles, with jitter, so that many processes do not return to a restarted server at the same instant. */
function backOffMs(attempt: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS) * (0.5 + Math.random() / 2)
}
