import type { Command } from './command.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { printable } from './printable.ts'
import { suggest } from './suggest.ts'

const ALWAYS = [...Object.keys(COMMON_OPTIONS), 'help', 'version']

/** Turns yargs's message about a wrong command line into one line that says what to do. Pure. */
export function usageMessage(message: string, argv: readonly string[], commands: readonly Command[]): string {
  const command = commands.find(
    ({ name }) => name === argv.find((word) => commands.some((known) => known.name === word)),
  )
  const help = command === undefined ? 'rindle --help' : `rindle ${command.name} --help`
  return `${printable(problem(message, argv, command, commands))} See \`${help}\`.`
}

function problem(
  message: string,
  argv: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
): string {
  const unknown = /^Unknown (?:argument|command)s?: ([^,]+)/.exec(message)?.[1]
  if (unknown !== undefined) return unknownWord(unknown, argv, command, commands)
  if (message.startsWith('Not enough non-option arguments')) return `Usage: rindle ${command?.usage ?? '<command>'}.`
  const lacking = /^Not enough arguments following: (.+)$/.exec(message)?.[1]
  if (lacking !== undefined) return `--${lacking} needs a value.`
  const [, missing] = /^Missing required arguments?: (.+)$/.exec(message) ?? []
  if (missing !== undefined) return `Give ${missing.replaceAll(/[^\s,]+/g, '--$&')}.`
  const [, name, given, choices] = /Argument: ([^,]+), Given: (.*), Choices: (.*)$/m.exec(message) ?? []
  if (name !== undefined) {
    const written = command !== undefined && name in command.positionals ? `<${name}>` : `--${name}`
    return `${written} must be one of ${choices?.replaceAll('"', '')}, not ${given}.`
  }
  return message.replaceAll('\n', ' ').trim()
}

function unknownWord(
  word: string,
  argv: readonly string[],
  command: Command | undefined,
  commands: readonly Command[],
): string {
  const isOption = argv.some((written) => /^--?[^-]/.test(written) && written.replace(/^-+(no-)?/, '').startsWith(word))
  if (isOption) {
    const meant = suggest(word, [...ALWAYS, ...(command?.optionNames ?? [])])
    return `Unknown option --${word}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`
  }
  if (command !== undefined) return `Unexpected argument "${word}".`
  const meant = suggest(
    word,
    commands.map(({ name }) => name),
  )
  return `Unknown command "${word}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
}
