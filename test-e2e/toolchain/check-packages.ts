/**
 * Packs every public package as it would be published and checks the tarballs: publint (strict), Are The Types Wrong
 * (ESM only), and what those two do not look at. Needs a build. Run by `pnpm check:packages`.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = path.resolve(import.meta.dirname, '../..')
const bin = path.join(repository, 'node_modules/.bin')

// A stylesheet has no types.
const ATTW = ['--profile', 'esm-only', '--exclude-entrypoints', 'styles.css', '--no-emoji', '--no-color']

const directory = await mkdtemp(path.join(tmpdir(), 'rindle-packages-'))
try {
  let failed = 0
  for (const folder of await publicPackages()) {
    const problems = await problemsOf(folder, directory)
    console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}  ${path.basename(folder)}`)
    for (const problem of problems) console.log(problem.replace(/^/gm, '    '))
    failed += problems.length === 0 ? 0 : 1
  }
  if (failed > 0) process.exitCode = 1
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function publicPackages(): Promise<string[]> {
  const folders = await readdir(path.join(repository, 'packages'))
  const found: string[] = []
  for (const folder of folders.toSorted()) {
    const full = path.join(repository, 'packages', folder)
    const manifest = JSON.parse(await readFile(path.join(full, 'package.json'), 'utf8')) as { private?: boolean }
    if (manifest.private !== true) found.push(full)
  }
  return found
}

async function problemsOf(folder: string, destination: string): Promise<string[]> {
  const { stdout } = await run('pnpm', ['pack', '--json', '--pack-destination', destination], { cwd: folder })
  const { filename, files } = JSON.parse(stdout) as { filename: string; files: { path: string }[] }
  const checks = [
    outputOfFailure(path.join(bin, 'publint'), ['run', '--strict', filename]),
    outputOfFailure(path.join(bin, 'attw'), [...ATTW, filename]),
    problemsOfContents(files.map((file) => file.path)),
    problemsOfManifest(filename),
  ]
  return (await Promise.all(checks)).flat()
}

async function outputOfFailure(program: string, args: string[]): Promise<string[]> {
  try {
    await run(program, args)
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return [`${path.basename(program)} ${args.join(' ')}\n${stdout}${stderr}`]
  }
}

async function problemsOfContents(files: string[]): Promise<string[]> {
  const wanted = ['package.json', 'README.md', 'LICENSE'].filter((name) => !files.includes(name))
  const unwanted = files.filter((file) => /^(src|test)\/|tsbuildinfo$|\.d\.ts\.map$/.test(file))
  return [
    ...wanted.map((name) => `The tarball has no ${name}.`),
    ...unwanted.map((name) => `The tarball ships ${name}.`),
  ]
}

async function problemsOfManifest(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-xOzf', tarball, 'package/package.json'])
  return ['dev-source', 'workspace:', 'catalog:']
    .filter((leftover) => stdout.includes(leftover))
    .map((leftover) => `The packed package.json still says "${leftover}".`)
}
