import { RindleError } from '@rindle/core'
import type { Argv, InferredOptionTypes, Options, PositionalOptions } from 'yargs'
import { COMMON_OPTIONS, type CommonArguments } from './common-options.ts'
import type { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { Report } from './report.ts'

/** The dependencies of a command. */
export interface CommandContext {
  readonly io: Io
  readonly report: Report
}

/** The result of a command. */
export interface Outcome {
  readonly exitCode: ExitCode
  /** The whole result, for `--format json`, which converts its names. */
  readonly document: object
}

/** A parsed command line. */
export type Execute = (context: CommandContext) => Promise<Outcome>

/** The declaration of a command: one file of `commands/` each. */
interface Definition<P extends Record<string, PositionalOptions>, O extends Record<string, Options>> {
  /** Name and positional arguments in yargs's notation: `upload <profile> <files..>`. */
  readonly usage: string
  readonly describe: string
  /** Command lines without the program's name, and their effect. */
  readonly examples: readonly (readonly [commandLine: string, describe: string])[]
  readonly positionals: P
  readonly options: O
  run(
    args: InferredOptionTypes<P> & InferredOptionTypes<O> & CommonArguments,
    context: CommandContext,
  ): Promise<Outcome>
}

/** A command without the types of its arguments. Made by {@link defineCommand}. */
export interface Command {
  readonly name: string
  readonly usage: string
  readonly describe: string
  readonly examples: readonly (readonly [commandLine: string, describe: string])[]
  readonly positionals: Readonly<Record<string, PositionalOptions>>
  /** Its own options, without those that every command takes. */
  readonly options: Readonly<Record<string, Options>>
  /** The names of its own options, without dashes. */
  readonly optionNames: readonly string[]
  /** Adds it to a yargs parser, which hands over the parsed command. */
  register(parser: Argv, onParsed: (execute: Execute) => void): Argv
}

/** Declares a command; the types of its arguments follow from its options. */
export function defineCommand<
  const P extends Record<string, PositionalOptions>,
  const O extends Record<string, Options>,
>(definition: Definition<P, O>): Command {
  const { usage, describe, examples, positionals, options } = definition
  return {
    name: usage.split(' ', 1)[0] ?? usage,
    usage,
    describe,
    examples,
    positionals,
    options,
    optionNames: Object.keys(options),
    register: (parser, onParsed) =>
      parser.command(
        usage,
        describe,
        (builder) => {
          for (const [name, positional] of Object.entries(positionals)) builder.positional(name, positional)
          builder.options(options)
          for (const [commandLine, what] of examples) builder.example(`$0 ${commandLine}`, what)
          return builder
        },
        (args) => {
          assertGivenOnce(args, { ...COMMON_OPTIONS, ...options })
          // yargs has checked the arguments against the declarations from which the type is inferred.
          const checked = args as unknown as Parameters<typeof definition.run>[0]
          onParsed((context) => definition.run(checked, context))
        },
      ),
  }
}

/** Refuses an option that is given twice: yargs would make a list of it, whatever its type. */
function assertGivenOnce(args: Readonly<Record<string, unknown>>, options: Readonly<Record<string, Options>>): void {
  const repeated = Object.keys(options).find((name) => options[name]?.array !== true && Array.isArray(args[name]))
  if (repeated !== undefined) throw new RindleError('invalid_input', `--${repeated} is given more than once.`)
}
