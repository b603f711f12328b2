import type { JsonObject } from '@rindle/core'
import { type AlternateOptions, alternate, type Figures, type Round } from './alternate.ts'
import { type Side, type SideOptions, startSide } from './side.ts'

/** The program of one side. */
export interface SideProgram extends Omit<SideOptions, 'signal'> {
  readonly program: URL
}

/** How to compare sides. */
export interface CompareOptions extends AlternateOptions {
  /** The input of each side for a round. */
  readonly input: (isWarmUp: boolean) => JsonObject
  readonly signal: AbortSignal
}

/** Starts sides, runs their rounds in turns, and returns their figures. */
export async function compareSides<Name extends string>(
  programs: Readonly<Record<Name, SideProgram>>,
  { input, signal, ...options }: CompareOptions,
): Promise<Readonly<Record<Name, Figures>>> {
  await using started = await startSides(programs, signal)
  const entries = Object.entries<Side>(started.sides)
  const rounds = entries.map(([name, side]): [string, Round] => [name, (isWarmUp) => side.round(input(isWarmUp))])
  return await alternate(Object.fromEntries(rounds) as Record<Name, Round>, options)
}

/** Running sides, which end together. */
export interface StartedSides<Name extends string> extends AsyncDisposable {
  readonly sides: Readonly<Record<Name, Side>>
}

/** Starts sides at the same time. */
export async function startSides<Name extends string>(
  programs: Readonly<Record<Name, SideProgram>>,
  signal: AbortSignal,
): Promise<StartedSides<Name>> {
  const entries = Object.entries<SideProgram>(programs)
  const starts = await Promise.allSettled(
    entries.map(
      async ([name, { program, ...options }]) => [name, await startSide(program, { ...options, signal })] as const,
    ),
  )
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const dispose = async (): Promise<void> => {
    await Promise.all(started.map(([, side]) => side[Symbol.asyncDispose]()))
  }
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed !== undefined) {
    await dispose()
    throw failed.reason
  }
  return { sides: Object.fromEntries(started) as Record<Name, Side>, [Symbol.asyncDispose]: dispose }
}
