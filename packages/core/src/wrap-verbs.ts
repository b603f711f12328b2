import { isRindleError } from './domain/errors.ts'
import { announceRefusal } from './events/refusals.ts'
import type { Runtime } from './kernel/runtime.ts'
import type { Telemetry } from './ports/telemetry.ts'
import { VERBS, type Verb } from './verbs.ts'

/**
 * The same instance, which announces what its verbs refuse: by `rindle.runtime.refusal`, and a transition that the
 * state machine does not allow in the log as well. What an authorizer refuses is between it and its caller.
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

/** The same instance, with a span round each traced verb, so that what it enqueues and stores is part of one trace. */
export function tracedVerbs<T extends object>(telemetry: Telemetry, instance: T): T {
  return wrapVerbs(instance, ({ isTraced }, name, call) =>
    isTraced ? telemetry.span(`rindle ${name}`, { kind: 'internal', attributes: {} }, async () => call()) : call(),
  )
}

/** Calls one verb, with more around it. */
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
