import { type ArgumentDescription, type CommandDescription, describeCommands } from '@rindle/cli'
import { code, fenced, prose, table } from './markdown.ts'

/** The command line, from the declarations that it is parsed by. */
export function commandPage(): string {
  const { commands, commonOptions } = describeCommands()
  return [
    '# Commands\n',
    'The commands of `rindle` in `@rindle/cli`. Options override the environment, and the environment overrides the',
    'configuration file. Exit codes, output and how commands stop: [the package](./packages/cli).\n',
    '## Common options\n',
    argumentTable(commonOptions, '--'),
    ...commands.map(commandText),
    '## rindle completion\n',
    'Prints a completion script for your shell.\n',
  ].join('\n')
}

function commandText({ name, usage, describe, examples, ...command }: CommandDescription): string {
  return [
    `## rindle ${name}\n`,
    `${prose(describe)}.\n`,
    fenced('sh', `rindle ${usage}`),
    ...(command.arguments.length === 0 ? [] : [argumentTable(command.arguments, '')]),
    ...(command.options.length === 0 ? [] : [argumentTable(command.options, '--')]),
    table(
      ['example', 'what it does'],
      examples.map(([line, what]) => [code(`rindle ${line}`), prose(what)]),
    ),
  ].join('\n')
}

function argumentTable(listed: readonly ArgumentDescription[], dashes: string): string {
  const rows = listed.map((argument) => [
    code(`${dashes}${isOn(argument) ? 'no-' : ''}${argument.name}`),
    valueOf(argument),
    prose(argument.describe),
  ])
  return table([dashes === '' ? 'argument' : 'option', 'value', 'description'], rows)
}

/** A flag that is on unless you turn it off. */
function isOn({ isFlag, default: preset }: ArgumentDescription): boolean {
  return isFlag && preset === 'true'
}

function valueOf({ choices, isFlag, isRequired, default: preset }: ArgumentDescription): string {
  const kinds = choices?.map(code).join(', ') ?? (isFlag ? 'flag' : 'value')
  if (isRequired) return `${kinds}, required`
  return preset === null || preset === '' || isFlag ? kinds : `${kinds}; ${code(preset)} unless given`
}
