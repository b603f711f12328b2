/** Which methods something is done round, and what; it gives what the caller shall get. */
export interface MethodWrapper {
  readonly isFor: (name: string) => boolean
  readonly wrap: (name: string, call: () => unknown) => unknown
}

/** The same object, with something done round some of its own methods. All else stays as it is. */
export function wrapMethods<T extends object>(target: T, { isFor, wrap }: MethodWrapper): T {
  const descriptors = Object.getOwnPropertyDescriptors(target) as Record<string, PropertyDescriptor>
  for (const name of Object.keys(descriptors)) {
    const method: unknown = descriptors[name]?.value
    if (typeof method !== 'function' || !isFor(name)) continue
    const call = method as (...args: unknown[]) => unknown
    descriptors[name] = { ...descriptors[name], value: (...args: unknown[]) => wrap(name, () => call(...args)) }
  }
  return Object.create(Object.getPrototypeOf(target) as object, descriptors) as T
}
