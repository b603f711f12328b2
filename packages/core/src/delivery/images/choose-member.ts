import type { FamilyMember } from '../../profile/profile.ts'

/** The widths of members, the narrowest first. Pure. */
export function widthsOf(members: readonly FamilyMember[]): readonly number[] {
  return [...new Set(members.map(({ width }) => width))].toSorted((a, b) => a - b)
}

/** The types of members, in their order: the preferred one first and the fallback last. Pure. */
export function typesOf(members: readonly FamilyMember[]): readonly string[] {
  return [...new Set(members.map(({ contentType }) => contentType))]
}

/** The members of the smallest width that is not below the wanted one, else of the largest. Pure. */
export function membersOfWidth<M extends FamilyMember>(members: readonly M[], wanted: number): readonly M[] {
  const widths = widthsOf(members)
  const width = widths.find((each) => each >= wanted) ?? widths.at(-1)
  return members.filter((member) => member.width === width)
}

/**
 * The member that is the best substitute for one of that width: the nearest width, of two the larger one, in the first
 * of the acceptable types. Pure.
 */
export function nearestMember<M extends FamilyMember>(
  members: readonly M[],
  width: number,
  acceptable: readonly string[],
): M | undefined {
  const [nearest] = members
    .filter(({ contentType }) => acceptable.includes(contentType))
    .toSorted(
      (a, b) =>
        Math.abs(a.width - width) - Math.abs(b.width - width) ||
        b.width - a.width ||
        acceptable.indexOf(a.contentType) - acceptable.indexOf(b.contentType),
    )
  return nearest
}
