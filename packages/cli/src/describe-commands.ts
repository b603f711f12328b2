import type { Options } from 'yargs'
import { COMMANDS } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { parseCommandLine } from './parse-command-line.ts'

/** An option or an argument of a command. */
export interface ArgumentDescription {
  /** Without dashes. */
  readonly name: string
  readonly describe: string
  /** The allowed values; `null`: any text or number that the command accepts. */
  readonly choices: readonly string[] | null
  /** Whether it takes no value. */
  readonly isFlag: boolean
  readonly isRequired: boolean
  /** As it is typed; `null` for none, or if `describe` names it. */
  readonly default: string | null
}

/** A command, as in its help. */
export interface CommandDescription {
  readonly name: string
  /** Name and arguments: `upload <profile> <files..>`. */
  readonly usage: string
  readonly describe: string
  readonly arguments: readonly ArgumentDescription[]
  readonly options: readonly ArgumentDescription[]
  /** Command lines without the program's name, and their effect. */
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
 * Parses a command line as `run` does, and does nothing else: for tests of scripts and of documentation.
 *
 * @param argv The arguments after the program's name.
 * @throws RindleError `invalid_input`, in one line with the reason and a suggestion.
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
