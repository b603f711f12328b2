import { isRindleError } from './domain/errors.ts'
import { announceRefusal } from './events/refusals.ts'
import type { Runtime } from './kernel/runtime.ts'
import type { Telemetry } from './ports/telemetry.ts'
import { VERBS, type Verb } from './verbs.ts'

/**
 * Wraps an instance so that it announces the refusals of its verbs: by `rindle.runtime.refusal`, and in the log for a
 * transition that the state machine does not allow. An authorizer's refusals stay between it and its caller.
 */
export function announcingRefusals<T extends object>(runtime: Runtime, instance: T): T {
  return wrapVerbs(instance, ({ surface }) => {
    if (surface === null) return undefined
    return (call) => {
      const result = call()
      if (!(result instanceof Promise)) return result
      return result.catch((error: unknown) => {
        if (isRindleError(error)) announceRefusal(runtime, surface, error)
        throw error
      })
    }
  })
}

/**
 * Wraps an instance with a span around each traced verb, so that the jobs and objects that the verb makes are part of
 * one trace.
 */
export function tracedVerbs<T extends object>(telemetry: Telemetry, instance: T): T {
  return wrapVerbs(instance, ({ isTraced }, name) =>
    isTraced
      ? (call) => telemetry.span(`rindle ${name}`, { kind: 'internal', attributes: {} }, async () => call())
      : undefined,
  )
}

/** Makes the wrapper of a verb; `undefined` leaves the verb as it is. */
type WrapperOf = (verb: Verb, name: string) => ((call: () => unknown) => unknown) | undefined

function wrapVerbs<T extends object>(target: T, wrapperOf: WrapperOf): T {
  const descriptors = Object.getOwnPropertyDescriptors(target) as Record<string, PropertyDescriptor>
  for (const [name, verb] of Object.entries<Verb>(VERBS)) {
    const descriptor = descriptors[name]
    const method = descriptor?.value as ((...args: unknown[]) => unknown) | undefined
    const around = wrapperOf(verb, name)
    if (method === undefined || around === undefined) continue
    descriptors[name] = { ...descriptor, value: (...args: unknown[]) => around(() => method(...args)) }
  }
  return Object.create(Object.getPrototypeOf(target) as object, descriptors) as T
}
