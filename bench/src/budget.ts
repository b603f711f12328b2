/** The worst allowed figure (or the least, if more is better), relative to the floor's median. */
export interface Budget {
  /** As a ratio to the floor. Pure. */
  readonly ratio: (floorMedian: number) => number
  /** In words: "1.08 × the floor". */
  readonly words: string
}

/** A multiple of the floor. */
export function timesFloor(factor: number): Budget {
  return { ratio: () => factor, words: `${factor} × the floor` }
}

/** The floor plus an amount, in the figure's unit. */
export function floorPlus(amount: number, unit: string): Budget {
  return { ratio: (floorMedian) => (floorMedian + amount) / floorMedian, words: `the floor + ${amount} ${unit}` }
}

/** A fixed amount, in the figure's unit, whatever the floor. */
export function amountOf(amount: number, unit: string): Budget {
  return { ratio: (floorMedian) => amount / floorMedian, words: `${amount} ${unit}` }
}
