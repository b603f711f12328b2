const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const

/** An age for people, in the largest unit that fits twice: `45 s`, `10 min`, `36 h`, `5 d`. Pure. */
export function formatAge(seconds: number): string {
  const [unit, size] = UNITS.find(([, unitSeconds]) => seconds >= 2 * unitSeconds) ?? ['s', 1]
  return `${Math.floor(seconds / size)} ${unit}`
}
