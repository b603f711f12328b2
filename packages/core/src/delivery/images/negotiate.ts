import Negotiator from 'negotiator'

/**
 * The types to answer a request with, the best one first: those that its `Accept` names, by their quality and then by the
 * order of `types`, and the fallback, which is the last of `types`. A wildcard means the fallback: programs that send one
 * know no newer format. The fallback is the answer also to a request that accepts nothing of all. Pure.
 */
export function preferredTypes(accept: string | null, types: readonly string[]): readonly string[] {
  const fallback = types.slice(-1)
  if (accept === null) return fallback
  const ranges = accept.split(',').map((range) => ({ range, type: range.split(';', 1)[0]?.trim().toLowerCase() ?? '' }))
  const named = types.filter((type) => ranges.some((range) => range.type === type))
  // Of equal qualities the library takes the first of the header, whose order means nothing.
  const rank = (type: string): number => (named.includes(type) ? named.indexOf(type) : named.length)
  const sorted = ranges.toSorted((a, b) => rank(a.type) - rank(b.type)).map(({ range }) => range)
  const negotiator = new Negotiator({ headers: { accept: sorted.join(',') } })
  const preferred = negotiator.mediaTypes([...new Set([...named, ...fallback])])
  return preferred.length > 0 ? preferred : [...negotiator.mediaTypes([...types]).slice(-1), ...fallback].slice(0, 1)
}
