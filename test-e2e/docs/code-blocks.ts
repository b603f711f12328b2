import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One fenced block of a Markdown file. */
export interface CodeBlock {
  /** Relative to the repository. */
  readonly file: string
  /** The line number of its first line of code. */
  readonly line: number
  /** Empty: it is output, not code. */
  readonly language: string
  /** The file to save it as: the name in brackets after the language. */
  readonly name: string | undefined
  readonly text: string
}

/** The root of the repository. */
export const repository: string = path.resolve(import.meta.dirname, '../..')

/** All pages for people, except generated ones. Relative to the repository, sorted. */
export function pages(): readonly string[] {
  const folders = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(path.join(repository, parent)).map((folder) => `${parent}/${folder}`),
  )
  return [...markdownIn('.'), ...folders.flatMap(markdownIn), ...markdownIn('bench'), ...sitePages()].toSorted()
}

/** The pages of the site that are written by hand. */
export function sitePages(): readonly string[] {
  const folders = ['start', 'frameworks', 'recipes', 'deploy', 'guide', 'from']
  return [...markdownIn('docs'), ...folders.flatMap((folder) => markdownIn(`docs/${folder}`))]
}

/** The blocks of a file, in their order. Throws when one is not closed. */
export function codeBlocks(file: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = []
  let open: { readonly line: number; readonly info: string; readonly text: string[] } | undefined
  for (const [index, line] of readFileSync(path.join(repository, file), 'utf8').split('\n').entries()) {
    if (open === undefined) {
      if (line.startsWith('```')) open = { line: index + 2, info: line.slice(3).trim(), text: [] }
    } else if (line === '```') {
      blocks.push(blockOf(file, open))
      open = undefined
    } else open.text.push(line)
  }
  if (open !== undefined) throw new Error(`${file}:${open.line - 1} opens a block that nothing closes.`)
  return blocks
}

function blockOf(file: string, open: { line: number; info: string; text: readonly string[] }): CodeBlock {
  const [, language = '', name] = /^(\S*)(?:\s+\[(.+)\])?/.exec(open.info) ?? []
  return { file, line: open.line, language, name, text: `${open.text.join('\n')}\n` }
}

function markdownIn(folder: string): string[] {
  return readdirSync(path.join(repository, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name))
}
