import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const repository: string = path.resolve(import.meta.dirname, '../..')

/** The linter's findings in one file. */
export interface Finding {
  /** In oxlint's form, for instance `eslint(no-restricted-imports)`. */
  rule: string
  /** The message and the help line, joined. */
  text: string
}

/**
 * Lints planted files under the repository's own configuration, in a temporary tree that is removed afterwards.
 *
 * @param sources Source text by path, as it would stand in the repository.
 * @returns The findings of each planted file, an empty list for a clean one.
 */
export async function lintPlanted(sources: Readonly<Record<string, string>>): Promise<Record<string, Finding[]>> {
  const tree = await mkdtemp(path.join(tmpdir(), 'rindle-walls-'))
  try {
    for (const name of ['oxlint.config.ts', 'tsconfig.base.json', 'tsconfig.json', 'package.json']) {
      await cp(path.join(repository, name), path.join(tree, name))
    }
    await writeFile(path.join(tree, 'tsconfig.build.json'), '{ "compilerOptions": { "composite": true }, "files": [] }')
    await linkLinter(tree)
    for (const [file, text] of Object.entries(sources)) {
      await mkdir(path.join(tree, path.dirname(file)), { recursive: true })
      await writeFile(path.join(tree, file), text)
    }
    return await lint(tree, Object.keys(sources))
  } finally {
    await rm(tree, { recursive: true, force: true })
  }
}

// With all packages in reach the linter would read those that planted files import, and what these import.
async function linkLinter(tree: string): Promise<void> {
  const modules = path.join(tree, 'node_modules')
  await mkdir(path.join(modules, '@types'), { recursive: true })
  for (const name of ['.bin', 'oxlint', 'oxlint-tsgolint', '@types/node']) {
    await symlink(path.join(repository, 'node_modules', name), path.join(modules, name))
  }
}

interface Report {
  diagnostics: { message: string; help?: string; code: string; filename: string }[]
}

async function lint(tree: string, files: string[]): Promise<Record<string, Finding[]>> {
  const findings = Object.fromEntries(files.map((file): [string, Finding[]] => [file, []]))
  for (const { filename, code, message, help } of (await oxlintReport(tree)).diagnostics) {
    const ofFile = findings[filename]
    if (ofFile === undefined) throw new Error(`oxlint complains of ${filename}, which was not planted: ${message}`)
    ofFile.push({ rule: code, text: `${message} ${help ?? ''}` })
  }
  return findings
}

function oxlintReport(tree: string): Promise<Report> {
  const program = path.join(repository, 'node_modules/oxlint/bin/oxlint')
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, '--format=json'],
      { cwd: tree, timeout: 50_000, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => {
        try {
          // Findings also make the exit fail; output that is not a report is a broken run.
          resolve(JSON.parse(stdout) as Report)
        } catch (cause) {
          reject(new Error(`oxlint gave no report: ${error?.message ?? ''}\n${stdout}\n${stderr}`, { cause }))
        }
      },
    )
  })
}
