import { parseArgs } from 'node:util'

/** A parsed command line. */
export interface CommandLine {
  /** Empty: all of them. */
  readonly names: readonly string[]
  readonly isJson: boolean
  readonly isQuick: boolean
  readonly wantsList: boolean
  readonly wantsHelp: boolean
  /** Replaces every budget of the benches that run. */
  readonly budget: number | undefined
  /** The file to append figures to. */
  readonly history: string | undefined
  /** Whether to record the figures for the documentation, and to draw its pictures. */
  readonly isRecorded: boolean
  /** Draws the pictures from the recorded figures, and runs nothing. */
  readonly wantsDrawing: boolean
  /** How long benches of endurance run. */
  readonly minutes: number
}

const DEFAULT_MINUTES = 2

/** An invalid command line; the message says why. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}

/** Reads the arguments after the program's name. Throws {@link UsageError}. Pure. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args)
  if (values.record && values.quick) throw new UsageError('--record is not for a quick run, whose figures mean little.')
  return {
    names: positionals,
    isJson: values.json,
    isQuick: values.quick,
    wantsList: values.list,
    wantsHelp: values.help,
    budget: values.budget === undefined ? undefined : parseBudget(values.budget),
    history: values.history,
    isRecorded: values.record,
    wantsDrawing: values.draw,
    minutes: values.minutes === undefined ? DEFAULT_MINUTES : parseMinutes(values.minutes),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        draw: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
        budget: { type: 'string' },
        history: { type: 'string' },
        minutes: { type: 'string' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function parseBudget(text: string): number {
  const budget = Number(text)
  if (text.trim() !== '' && Number.isFinite(budget) && budget >= 0) return budget
  throw new UsageError(`--budget must be a ratio to the floor, 0 or more, not "${text}".`)
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (text.trim() !== '' && Number.isFinite(minutes) && minutes > 0) return minutes
  throw new UsageError(`--minutes must be a number above 0, not "${text}".`)
}
