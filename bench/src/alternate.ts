/** The result of one round of one side: values by figure. */
export type Figures = Readonly<Record<string, readonly number[]>>

/** One round of one side; a warm-up may do less. */
export type Round = (isWarmUp: boolean) => Promise<Figures>

/** How long to run. */
export interface AlternateOptions {
  readonly warmUps: number
  readonly rounds: number
  /** No further round begins that would end later, by the longest so far; there is always one. */
  readonly maxSeconds: number
}

/**
 * Runs the sides in turns, floor, Rindle, floor, Rindle, so that other load on the machine hits all alike. Returns the
 * values of all rounds after the warm-ups.
 */
export async function alternate<Name extends string>(
  sides: Readonly<Record<Name, Round>>,
  options: AlternateOptions,
): Promise<Readonly<Record<Name, Figures>>> {
  const begin = performance.now()
  const names = Object.keys(sides) as Name[]
  const rounds: Readonly<Record<Name, Figures>>[] = []
  let longestMs = 0
  for (let warmUp = 0; warmUp < options.warmUps; warmUp += 1) await runOnce(names, sides, true)
  for (let round = 0; round < options.rounds; round += 1) {
    const roundBegin = performance.now()
    if (round > 0 && roundBegin - begin + longestMs > options.maxSeconds * 1000) break
    rounds.push(await runOnce(names, sides, false))
    longestMs = Math.max(longestMs, performance.now() - roundBegin)
  }
  return recordOf(names, (name) => merge(rounds.map((figures) => figures[name])))
}

async function runOnce<Name extends string>(
  names: readonly Name[],
  sides: Readonly<Record<Name, Round>>,
  isWarmUp: boolean,
): Promise<Readonly<Record<Name, Figures>>> {
  const figures = new Map<Name, Figures>()
  for (const name of names) figures.set(name, await sides[name](isWarmUp))
  return recordOf(names, (name) => figures.get(name) ?? {})
}

function recordOf<Name extends string>(
  names: readonly Name[],
  figuresOf: (name: Name) => Figures,
): Readonly<Record<Name, Figures>> {
  return Object.fromEntries(names.map((name) => [name, figuresOf(name)])) as Record<Name, Figures>
}

function merge(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, rounds.flatMap((figures) => figures[name] ?? [])]))
}

/** The values of one figure; throws if a side did not report it. */
export function figure(figures: Figures, name: string): readonly number[] {
  const values = figures[name]
  if (values !== undefined) return values
  throw new Error(`A side gave no figure "${name}". It gave: ${Object.keys(figures).join(', ')}.`)
}
