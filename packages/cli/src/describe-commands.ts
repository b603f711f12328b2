import type { Options } from 'yargs'
import { COMMANDS } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { parseCommandLine } from './parse-command-line.ts'

/** An option or an argument of a command. */
export interface ArgumentDescription {
  /** Without dashes. */
  readonly name: string
  readonly describe: string
  /** What may be given; `null`: any text or number that the command takes. */
  readonly choices: readonly string[] | null
  /** Whether it stands by itself, without a value. */
  readonly isFlag: boolean
  readonly isRequired: boolean
  /** As it is typed; `null` for none, or where `describe` tells it. */
  readonly default: string | null
}

/** A command, as its help tells it. */
export interface CommandDescription {
  readonly name: string
  /** Name and arguments: `upload <profile> <files..>`. */
  readonly usage: string
  readonly describe: string
  readonly arguments: readonly ArgumentDescription[]
  readonly options: readonly ArgumentDescription[]
  /** Command lines without the program's name, and what they do. */
  readonly examples: readonly (readonly [commandLine: string, describe: string])[]
}

/** Everything that the command line understands, as data: for documentation. Pure. */
export function describeCommands(): {
  readonly commands: readonly CommandDescription[]
  readonly commonOptions: readonly ArgumentDescription[]
} {
  const commands = COMMANDS.map(({ name, usage, describe, positionals, options, examples }) => ({
    name,
    usage,
    describe,
    arguments: described(positionals),
    options: described(options),
    examples,
  }))
  return { commands, commonOptions: described(COMMON_OPTIONS) }
}

/**
 * Reads a command line as `run` does, and does nothing else: for tests of scripts and of documentation.
 *
 * @param argv What follows the program's name.
 * @throws RindleError `invalid_input`, in one line that says what is wrong and what may have been meant.
 */
export async function checkCommandLine(argv: readonly string[]): Promise<void> {
  await parseCommandLine(argv, COMMANDS)
}

function described(declared: Readonly<Record<string, Options>>): readonly ArgumentDescription[] {
  return Object.entries(declared)
    .filter(([, option]) => option.hidden !== true)
    .map(([name, option]) => ({
      name,
      describe: option.describe ?? '',
      choices: option.choices?.map(String) ?? null,
      isFlag: option.type === 'boolean',
      isRequired: option.demandOption === true,
      default: option.default === undefined ? null : String(option.default),
    }))
}
