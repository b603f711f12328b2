import { test } from 'vitest'

/**
 * How long the runs are whose length is a matter of taste: deaths, sequences of chance, great numbers of rows. `sample`
 * shows that they work and fits into everybody's day; `short` is what must hold before a change is taken; `long` takes
 * hours and is for nights.
 */
const RUN_LENGTHS = ['sample', 'short', 'long'] as const

/** One of {@link RUN_LENGTHS}. */
type RunLength = (typeof RUN_LENGTHS)[number]

const runLength = readRunLength(process.env['RINDLE_RUNS'] ?? 'sample')

/** The seed of all random choices: the same seed, the same run. */
export const SEED: number = Number(process.env['RINDLE_SEED'] ?? 1)

/**
 * The value for the length of this run, which `RINDLE_RUNS` says. A file that is cut short tells so by a test that is
 * skipped, so that whoever reads a report knows what is still to be run.
 */
export function byRunLength<const Value>(what: string, values: Readonly<Record<RunLength, Value>>): Value {
  const value = values[runLength]
  if (value !== values.short && runLength === 'sample') {
    const isLeftOut = value === false || value === 0 || value === null
    const name = isLeftOut ? what : `${what}: all of it, for ${String(value)} are a sample`
    test(name, ({ skip }) => skip('RINDLE_RUNS=short runs it, as .ci/run does.'))
  }
  return value
}

function readRunLength(text: string): RunLength {
  const found = RUN_LENGTHS.find((length) => length === text)
  if (found === undefined) throw new Error(`RINDLE_RUNS is "${text}": say ${RUN_LENGTHS.join(', ')}, or nothing.`)
  return found
}
