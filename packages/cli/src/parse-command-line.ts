import { readFileSync } from 'node:fs'
import { RindleError } from '@rindle/core'
import yargs, { type Argv } from 'yargs'
import type { Command, Execute } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { usageMessage } from './usage-message.ts'

/** A parsed command line: a command to run, or a text (help, version, completion) to print. */
export type Parsed = { readonly execute: Execute } | { readonly text: string }

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const WIDEST_HELP = 100

/**
 * Parses a command line; runs nothing. `columns` is the width for help.
 *
 * @throws RindleError `invalid_input`, in one line with the reason, a suggestion, and the help to read.
 */
export async function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  columns = 80,
): Promise<Parsed> {
  let execute: Execute | undefined
  let text = ''
  const onParsed = (understood: Execute): void => {
    execute = understood
  }
  const parser = commands.reduce(
    (declared, command) => command.register(declared, onParsed),
    programParser(argv, commands, Math.min(columns, WIDEST_HELP)),
  )
  // The callback keeps yargs from printing and from ending the process. Completion calls it twice, the answer last.
  await parser.parseAsync([...argv], {}, (_error: unknown, _args: unknown, output: string) => {
    text = output
  })
  return execute === undefined || text !== '' ? { text } : { execute }
}

function programParser(argv: readonly string[], commands: readonly Command[], columns: number): Argv {
  return yargs([])
    .scriptName('rindle')
    .usage('$0 <command>\n\nMedia, made durable: uploads, variants and delivery over PostgreSQL.')
    .detectLocale(false)
    .locale('en')
    .wrap(columns)
    .options(COMMON_OPTIONS)
    .group([...Object.keys(COMMON_OPTIONS), 'help', 'version'], 'Common options:')
    .example('$0 demo', 'Try it: variants and URLs of two photos, with no setup')
    .completion('completion', 'Print a completion script for your shell')
    .demandCommand(1, 'Name a command.')
    .strict()
    .version(manifest.version)
    .help()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs throws some of its own complaints instead of passing their message.
      if (error !== undefined && error.name !== 'YError') throw error
      throw new RindleError('invalid_input', usageMessage(error?.message ?? message ?? '', argv, commands))
    })
}
