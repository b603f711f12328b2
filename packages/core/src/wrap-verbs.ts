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
  return wrapVerbs(instance, ({ surface }, _name, call) => {
    const result = call()
    if (surface === null || !(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      if (isRindleError(error)) announceRefusal(runtime, surface, error)
      throw error
    })
  })
}

/**
 * Wraps an instance with a span around each traced verb, so that the jobs and objects that the verb makes are part of
 * one trace.
 */
export function tracedVerbs<T extends object>(telemetry: Telemetry, instance: T): T {
  return wrapVerbs(instance, ({ isTraced }, name, call) =>
    isTraced ? telemetry.span(`rindle ${name}`, { kind: 'internal', attributes: {} }, async () => call()) : call(),
  )
}

/** Calls one verb inside a wrapper. */
type Around = (verb: Verb, name: string, call: () => unknown) => unknown

function wrapVerbs<T extends object>(target: T, around: Around): T {
  const descriptors = Object.getOwnPropertyDescriptors(target) as Record<string, PropertyDescriptor>
  for (const [name, verb] of Object.entries<Verb>(VERBS)) {
    const descriptor = descriptors[name]
    const method = descriptor?.value as ((...args: unknown[]) => unknown) | undefined
    if (method === undefined) continue
    descriptors[name] = { ...descriptor, value: (...args: unknown[]) => around(verb, name, () => method(...args)) }
  }
  return Object.create(Object.getPrototypeOf(target) as object, descriptors) as T
}
