import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BROKEN_GUARDS, type BrokenGuard } from './broken-guards.ts'

// Breaks each guard in a copy of the sources, one at a time, and runs its proof there, which must fail:
// node --conditions=dev-source test-e2e/promises/broken-guards-program.ts [P1 P2 …]
const root = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['packages', 'test-e2e', 'package.json', 'vitest.config.ts', 'tsconfig.base.json']

async function copyOfSources(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'rindle-guards-'))
  for (const name of COPIED) {
    await cp(join(root, name), join(copy, name), {
      recursive: true,
      // Links between the packages stay within the copy; those to others lead to the one store of dependencies.
      verbatimSymlinks: true,
      filter: (path) => !/[\\/](?:dist|\.turbo)$/.test(path),
    })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

async function withBroken<Result>(copy: string, { edits }: BrokenGuard, work: () => Promise<Result>): Promise<Result> {
  const originals = new Map<string, string>()
  for (const { file, from, to } of edits) {
    const path = join(copy, 'packages/core/src', file)
    const source = await readFile(path, 'utf8')
    if (source.split(from).length < 2) throw new Error(`${file} does not say "${from}" any more.`)
    originals.set(path, originals.get(path) ?? source)
    await writeFile(path, source.replace(from, to))
  }
  try {
    return await work()
  } finally {
    for (const [path, source] of originals) await writeFile(path, source)
  }
}

/** Whether a test failed; a run without any test is an error. */
async function fails(copy: string, { proof: { file, name } }: BrokenGuard): Promise<boolean> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', file, ...(name === undefined ? [] : ['-t', name])]
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  const output = Buffer.concat(chunks).toString()
  const summary = /^\s*Tests\s+(.*)$/m.exec(output)?.[1]
  if (summary === undefined || !/passed|failed/.test(summary)) throw new Error(`${file} ran no test:\n${output}`)
  return summary.includes('failed')
}

const wanted = process.argv.slice(2)
const copy = await copyOfSources()
const missed: string[] = []
try {
  for (const guard of BROKEN_GUARDS) {
    const { promise, proof } = guard
    if (wanted.length > 0 && !wanted.includes(promise)) continue
    if (await fails(copy, guard)) throw new Error(`${proof.file} fails although nothing is broken.`)
    const isCaught = await withBroken(copy, guard, () => fails(copy, guard))
    if (!isCaught) missed.push(promise)
    console.info(`${promise}: ${isCaught ? 'caught' : 'NOT CAUGHT'} by ${proof.file}. Broken: ${guard.guard}.`)
  }
} finally {
  await rm(copy, { recursive: true, force: true })
}
if (missed.length > 0) process.exitCode = 1
