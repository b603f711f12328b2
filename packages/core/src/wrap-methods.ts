/** What is done round each call of a method; gives what the caller shall get. */
export type MethodWrapper = (name: string, call: () => unknown) => unknown

/** The same object, with something done round each of its own methods. Getters stay as they are. */
export function wrapMethods<T extends object>(target: T, wrap: MethodWrapper): T {
  const descriptors = Object.getOwnPropertyDescriptors(target) as Record<string, PropertyDescriptor>
  for (const name of Object.keys(descriptors)) {
    const method: unknown = descriptors[name]?.value
    if (typeof method !== 'function') continue
    const call = method as (...args: unknown[]) => unknown
    descriptors[name] = { ...descriptors[name], value: (...args: unknown[]) => wrap(name, () => call(...args)) }
  }
  return Object.create(Object.getPrototypeOf(target) as object, descriptors) as T
}
