/** The first and the last third of values in the order of time, without those in between. Pure. */
export function firstAndLastThird(values: readonly number[]): {
  readonly first: readonly number[]
  readonly last: readonly number[]
} {
  const third = Math.max(1, Math.floor(values.length / 3))
  return { first: values.slice(0, third), last: values.slice(-third) }
}
