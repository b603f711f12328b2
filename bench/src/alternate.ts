/** What one round of one side gave: values by figure. */
export type Figures = Readonly<Record<string, readonly number[]>>

/** One round of one side; a warm-up may do less. */
export type Round = (isWarmUp: boolean) => Promise<Figures>

/** The two sides of a bench. */
export interface Sides<T> {
  readonly floor: T
  readonly rindle: T
}

/** How long to go on. */
export interface AlternateOptions {
  readonly warmUps: number
  readonly rounds: number
  /** No further round is begun that would end later, by the longest so far; there is always one. */
  readonly maxSeconds: number
}

/**
 * Runs the sides in turns, floor, Rindle, floor, Rindle, so that what else the machine does meets both alike. Gives the
 * values of all rounds after the warm-ups.
 */
export async function alternate(sides: Sides<Round>, options: AlternateOptions): Promise<Sides<Figures>> {
  const begin = performance.now()
  const floor: Figures[] = []
  const rindle: Figures[] = []
  let longestMs = 0
  for (let warmUp = 0; warmUp < options.warmUps; warmUp += 1) {
    await sides.floor(true)
    await sides.rindle(true)
  }
  for (let round = 0; round < options.rounds; round += 1) {
    const roundBegin = performance.now()
    if (round > 0 && roundBegin - begin + longestMs > options.maxSeconds * 1000) break
    floor.push(await sides.floor(false))
    rindle.push(await sides.rindle(false))
    longestMs = Math.max(longestMs, performance.now() - roundBegin)
  }
  return { floor: merge(floor), rindle: merge(rindle) }
}

function merge(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, rounds.flatMap((figures) => figures[name] ?? [])]))
}

/** The values of one figure; an error when a side did not give it. */
export function figure(figures: Figures, name: string): readonly number[] {
  const values = figures[name]
  if (values !== undefined) return values
  throw new Error(`A side gave no figure "${name}". It gave: ${Object.keys(figures).join(', ')}.`)
}
