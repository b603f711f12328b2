import { isRindleError } from '@rindle/core'
import { describe, expect, test } from 'vitest'
import { checkCommandLine, describeCommands } from '../src/index.ts'
import { rindle } from './captured-io.ts'

const { commands, commonOptions } = describeCommands()

describe('the description', () => {
  test.each(commands)('of $name is what its help says', async ({ name, usage, describe: sentence, options }) => {
    const { stdout } = await rindle([name, '--help'])
    const help = stdout.replaceAll(/\s+/g, ' ')
    for (const text of [`rindle ${usage}`, sentence, ...options.map((option) => `--${option.name}`)]) {
      expect(help.replaceAll('--no-', '--')).toContain(text)
    }
  })

  test('has the options of all commands once', () => {
    expect(commonOptions.map(({ name }) => name)).toEqual(['config', 'database-url', 'format'])
    expect(commonOptions[2]).toMatchObject({ choices: ['text', 'json'], default: 'text', isFlag: false })
  })
})

test('every command that repairs or maintains has a dry run; the others have nothing to try', () => {
  const without = commands.filter(({ options }) => !options.some(({ name }) => name === 'dry-run' || name === 'live'))
  expect(without.map(({ name }) => name)).toEqual([
    'demo',
    'init',
    'migrate',
    'worker',
    'upload',
    'show',
    'list',
    'console',
    'doctor',
    'runtime-status',
    'schedule',
    'check',
    'add-track',
    'remove-track',
    'storages',
    'deliveries',
    'pause-deliveries',
    'resume-deliveries',
    'hold',
    'unhold',
    'export',
  ])
})

test('every command has examples of itself', async () => {
  for (const { name, examples } of commands) {
    expect({ name, hasExamples: examples.length > 0 }).toEqual({ name, hasExamples: true })
    for (const [line] of examples) expect(line.split(' ')[0]).toBe(name)
  }
})

describe('a command line that is read', () => {
  test('does nothing, whatever it says', async () => {
    await expect(checkCommandLine(['erase-owner', 'member', '7', '--live'])).resolves.toBeUndefined()
  })

  test('is refused as the command would refuse it', async () => {
    const error = await checkCommandLine(['reprobe']).catch((thrown: unknown) => thrown)
    expect(isRindleError(error, 'invalid_input')).toBe(true)
  })
})
