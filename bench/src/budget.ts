/** What a figure may be at worst (or must be at least, where more is better), told from the floor's median. */
export interface Budget {
  /** As a ratio to the floor. Pure. */
  readonly ratio: (floorMedian: number) => number
  /** As it was agreed on: "1.08 × the floor". */
  readonly words: string
}

/** A multiple of the floor. */
export function timesFloor(factor: number): Budget {
  return { ratio: () => factor, words: `${factor} × the floor` }
}

/** So much more than the floor, in the figure's unit. */
export function floorPlus(amount: number, unit: string): Budget {
  return { ratio: (floorMedian) => (floorMedian + amount) / floorMedian, words: `the floor + ${amount} ${unit}` }
}

/** An amount by itself, in the figure's unit, whatever the floor. */
export function amountOf(amount: number, unit: string): Budget {
  return { ratio: (floorMedian) => amount / floorMedian, words: `${amount} ${unit}` }
}
