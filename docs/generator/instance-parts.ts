import type { Export } from './read-exports.ts'

/** The interfaces that `Rindle` extends. The reference shows their methods, and not the interfaces themselves. */
export function instanceParts(own: readonly Export[]): readonly Export[] {
  const core = own.filter(({ package: { folder } }) => folder === 'core')
  const rindle = core.find(({ name }) => name === 'Rindle')?.code ?? ''
  const names = new Set(rindle.replace(/^[\s\S]*?extends/, '').match(/\b[A-Z]\w+/g))
  const parts = [...names].flatMap((name) => core.find((item) => item.name === name && item.members.length > 0) ?? [])
  if (parts.length < 8) throw new Error('The interface Rindle no longer extends its parts.')
  return parts
}
