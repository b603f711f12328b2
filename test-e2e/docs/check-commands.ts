import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { checkCommandLine, describeCommands } from '@rindle/cli'
import { publishedPackages } from '@rindle/docs'
import { parseCommandLine as parseCreateRindle } from 'create-rindle'
import { type CodeBlock, codeBlocks, repository } from './code-blocks.ts'

const NOT_RUN = '# Not run by the tests: '
const { scripts } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
const ours = publishedPackages().map(({ name }) => name)
const known = describeCommands()

/** The checks of each program's arguments. A block with any other program must say why it is not run. */
const PROGRAMS: Readonly<Record<string, (words: readonly string[], page: string) => Promise<void> | void>> = {
  rindle: (words) => checkCommandLine(words),
  'node_modules/.bin/rindle': (words) => checkCommandLine(words),
  pnpm: (words, page) => checkPnpm(words, page),
  npm: checkNpm,
  npx: (words, page) => checkNpx(words, page),
  node: checkNode,
  '.ci/run': () => {},
  // Of frameworks: the reader who follows their pages runs them.
  '@nestjs/cli@12': () => {},
  'create-next-app@16': () => {},
  next: () => {},
  nuxt: () => {},
  vite: () => {},
  cd: () => {},
  echo: () => {},
  export: () => {},
  mkdir: () => {},
}

/**
 * Reads the commands of a block as the programs that they name would, without running them.
 *
 * @returns What is wrong, as `page:line: message`.
 */
export async function checkCommands({ file, line, text }: CodeBlock): Promise<readonly string[]> {
  if (text.startsWith(NOT_RUN)) return []
  const problems: string[] = []
  for (const [index, row] of text.replaceAll('\\\n', '  ').split('\n').entries()) {
    for (const command of row.replace(/(^|\s)#.*$/, '').split(/&&|\|/)) {
      const wrong = await problemOf(command, file)
      if (wrong !== undefined) problems.push(`${file}:${line + index}: ${command.trim()}: ${wrong}`)
    }
  }
  return problems
}

/** The problem of a command in a sentence: it may omit its arguments, but must exist. */
export function mentionProblem(command: string): string | undefined {
  const [, name = '', ...words] = wordsOf(command)
  const found = known.commands.find((candidate) => candidate.name === name)
  // A span, an ellipsis, or a command that yargs makes itself.
  if (!/^[a-z][a-z-]*$/.test(name) || name === 'completion') return undefined
  if (found === undefined) return `there is no command ${name}`
  const options = [...found.options, ...known.commonOptions].map((option) => `--${option.name}`)
  const wrong = words.filter((word) => word.startsWith('--') && !options.includes(word) && word !== '--no-dry-run')
  return wrong.length === 0 ? undefined : `${name} has no ${wrong.join(', ')}`
}

async function problemOf(command: string, page: string): Promise<string | undefined> {
  const words = wordsOf(command).filter((word, index, all) => !isAssignment(word) || all[0] === 'export' || index > 0)
  try {
    await check(words, page)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

async function check([program, ...words]: readonly string[], page: string): Promise<void> {
  if (program === undefined) return
  const judge = PROGRAMS[program]
  if (judge === undefined) throw new Error(`nothing here reads ${program}; begin the block with "${NOT_RUN}why".`)
  await judge(words, page)
}

async function checkPnpm([script = '', ...words]: readonly string[], page: string): Promise<void> {
  if (script === 'rindle') return checkCommandLine(words)
  if (script === 'install') return undefined
  if (script === '--filter') return checkFiltered(words, page)
  if (scripts[script] === undefined) throw new Error(`the repository has no script ${script}.`)
}

function checkFiltered([name = '', script = '']: readonly string[], page: string): void {
  const manifest = JSON.parse(readFileSync(path.join(repository, path.dirname(page), 'package.json'), 'utf8')) as {
    name: string
    scripts?: Record<string, string>
  }
  if (manifest.name !== name || manifest.scripts?.[script] === undefined) throw new Error(`${name} has no ${script}.`)
}

function checkNpm([verb = '', ...words]: readonly string[]): void {
  if (verb === 'create') return checkCreate(words)
  if (!['init', 'install', 'pkg', 'run', 'uninstall'].includes(verb)) throw new Error(`nothing here reads npm ${verb}.`)
  const unknown = words.filter((word) => word.startsWith('@rindle/') && !ours.includes(word.replace(/(?<=.)@.*$/, '')))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')} is not published.`)
}

/** `npm create rindle@latest photos -- --framework next`, read by the program that it runs. */
function checkCreate([name = '', ...words]: readonly string[]): void {
  const end = words.indexOf('--')
  const initializer = `create-${name.replace(/@.*$/, '')}`
  if (!ours.includes(initializer)) throw new Error(`${initializer} is not published.`)
  parseCreateRindle(end === -1 ? words : [...words.slice(0, end), ...words.slice(end + 1)])
}

async function checkNpx(words: readonly string[], page: string): Promise<void> {
  const end = words[0] === '--yes' ? 0 : words.indexOf('--')
  if (end === -1 && words[0]?.startsWith('-')) throw new Error('nothing here reads these options of npx.')
  await check(words.slice(end + 1), page)
}

/** A program of Node is a file that the page has its reader save or build, or one of the repository. */
function checkNode(words: readonly string[], page: string): void {
  if (words[0] === '-p') return
  const program = words.find((word) => !word.startsWith('-')) ?? ''
  const saved = codeBlocks(page).some(({ name }) => name === program)
  const isBuilt = /^(?:dist|build|\.output)\b/.test(program)
  if (!saved && !isBuilt && !existsSync(path.join(repository, program))) throw new Error(`nobody has ${program}.`)
}

function isAssignment(word: string): boolean {
  return /^\w+=/.test(word)
}

/** Words as a shell parts them; quotes hold together. */
function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|\$\([^)]*\)|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/['"]/g, ''),
  )
}
