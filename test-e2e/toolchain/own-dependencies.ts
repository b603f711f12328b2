import type { PackedPackage } from '../support/pack-packages.ts'

/** These packages and all of ours that they depend on, in the order of `packed`. Pure. */
export function ownDependencies(packed: readonly PackedPackage[], names: readonly string[]): readonly PackedPackage[] {
  const known = new Map(packed.map((one) => [one.name, one]))
  const found = new Set<string>()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const one = known.get(name)
    if (one === undefined || found.has(name)) continue
    found.add(name)
    waiting.push(...Object.keys(one.manifest.dependencies ?? {}))
  }
  return packed.filter(({ name }) => found.has(name))
}
