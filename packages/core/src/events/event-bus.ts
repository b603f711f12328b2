import { errorFields, type Logger } from '../ports/logger.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { EventName, RindleEvent } from './event-map.ts'

/** Receives one event. A thrown error or a rejection is logged and never breaks the work that emitted the event. */
export type EventListener<N extends EventName> = (event: RindleEvent<N>) => void | Promise<void>

/** Passes events to the listeners of this process, in the order of their registration. */
export class EventBus {
  readonly #listeners = new Map<EventName, Set<EventListener<EventName>>>()
  readonly #logger: Logger
  readonly #telemetry: Pick<Telemetry, 'record'> | undefined

  constructor(logger: Logger, telemetry?: Pick<Telemetry, 'record'>) {
    this.#logger = logger
    this.#telemetry = telemetry
  }

  /** Registers a listener and returns the function that removes it. */
  on<N extends EventName>(name: N, listener: EventListener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // Only events of this name ever reach this set.
    listeners.add(listener as EventListener<EventName>)
    return () => listeners.delete(listener as EventListener<EventName>)
  }

  /** Whether anybody would get an event of this name. */
  isHeard(name: EventName): boolean {
    return this.#telemetry !== undefined || (this.#listeners.get(name)?.size ?? 0) > 0
  }

  /** Calls the listeners for the event's name; does not wait for asynchronous ones. */
  emit(event: RindleEvent): void {
    if (this.#telemetry !== undefined) this.#record(this.#telemetry, event)
    for (const listener of this.#listeners.get(event.name) ?? []) void this.#call(listener, event)
  }

  #record(telemetry: Pick<Telemetry, 'record'>, { name, metadata, measurements }: RindleEvent): void {
    try {
      telemetry.record({ name, metadata: { ...metadata }, measurements })
    } catch (error) {
      this.#logger.error({ event: name, ...errorFields(error) }, 'Telemetry failed.')
    }
  }

  async #call(listener: EventListener<EventName>, event: RindleEvent): Promise<void> {
    try {
      await listener(event)
    } catch (error) {
      this.#logger.error({ event: event.name, ...errorFields(error) }, 'An event listener failed.')
    }
  }
}
