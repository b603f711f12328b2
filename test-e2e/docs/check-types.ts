import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type CodeBlock, repository } from './code-blocks.ts'

const given = path.join(import.meta.dirname, 'given')
const run = promisify(execFile)

const CONFIG = {
  extends: path.join(repository, 'tsconfig.base.json'),
  compilerOptions: {
    lib: ['ES2024', 'ESNext.Collection', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    types: ['node', 'react'],
    jsx: 'react-jsx',
    // A dependency of the root alone.
    paths: { vitest: [path.join(repository, 'node_modules/vitest/dist/index.d.ts')] },
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
  },
  include: ['.'],
}

/**
 * Checks blocks of code as TypeScript, each page in a folder of its own: a block with a name is a file that the others of
 * its page may import, any other is a module by itself. Names that neither declares are those of `given`.
 *
 * @returns What is wrong, as `page:line: message`.
 */
export async function checkTypes(blocks: readonly CodeBlock[]): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'rindle-blocks-'))
  try {
    await symlink(path.join(repository, 'test-e2e/node_modules'), path.join(directory, 'node_modules'))
    await writeFile(path.join(directory, 'package.json'), '{ "type": "module" }')
    await writeFile(path.join(directory, 'tsconfig.json'), JSON.stringify(CONFIG))
    await cp(given, path.join(directory, 'server'), { recursive: true })
    for (const page of new Set(blocks.map(({ file }) => file))) await giveFiles(page, directory)
    const places = await Promise.all(blocks.map((block) => place(block, directory)))
    const output = await compilerOutput(directory)
    return output.flatMap((line) => located(line, new Map(places)))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Writes the files that the blocks of a page may import. A block with such a name takes its place. */
async function giveFiles(page: string, directory: string): Promise<void> {
  const folder = path.join(directory, folderOf(page))
  await mkdir(folder, { recursive: true })
  for (const source of sourcesFor(page)) await cp(source, path.join(folder, path.basename(source)))
}

function folderOf(page: string): string {
  return page.replace(/\.md$/, '').replaceAll(/\W+/g, '-')
}

/** Writes a block; returns its path below `directory`. */
async function place(block: CodeBlock, directory: string): Promise<[file: string, block: CodeBlock]> {
  const file = path.join(folderOf(block.file), block.name ?? `block-${block.line}.${block.language}`)
  await mkdir(path.dirname(path.join(directory, file)), { recursive: true })
  await writeFile(path.join(directory, file), `${block.text}${block.name === undefined ? '\nexport {}\n' : ''}`)
  return [file, block]
}

/** The files that stand beside the blocks of a page: the given ones, and, for an example, its own. */
function sourcesFor(page: string): readonly string[] {
  const own = path.join(repository, path.dirname(page), 'src')
  const folders = page.startsWith('examples/') && existsSync(own) ? [given, own] : [given]
  return folders.flatMap((folder) => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    return names.map((name) => path.join(folder, name))
  })
}

async function compilerOutput(directory: string): Promise<readonly string[]> {
  try {
    await run(path.join(repository, 'node_modules/.bin/tsc'), ['-p', directory, '--pretty', 'false'], {
      cwd: directory,
    })
    return []
  } catch (error) {
    // Reasons follow their complaint, indented.
    return (error as { stdout: string }).stdout.trimEnd().split(/\n(?! )/)
  }
}

/** Complaints about the packages themselves are not of the pages: their sources are checked elsewhere. */
function located(line: string, places: ReadonlyMap<string, CodeBlock>): string[] {
  const [, file = '', row = '', message = ''] = /^(\S+)\((\d+),\d+\): (?:error )?([^]*)$/.exec(line) ?? []
  const block = places.get(file)
  if (block !== undefined) return [`${block.file}:${block.line + Number(row) - 1}: ${message}`]
  return file.startsWith('server/') || line.startsWith('error ') ? [line] : []
}
