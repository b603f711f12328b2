import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { BROKEN_GUARDS, type BrokenGuard, type Proof } from './broken-guards.ts'

// Breaks each guard in a copy of the sources, one at a time, and runs its proof there, which must fail:
// node --conditions=dev-source test-e2e/promises/broken-guards-program.ts [P1 P2 …]
// All runs share one PostgreSQL: that of DATABASE_URL, or one of their own.
const root = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['packages', 'test-e2e', 'package.json', 'vitest.config.ts', 'tsconfig.base.json']

async function copySources(name: string): Promise<string> {
  const copy = join(scratch, name)
  for (const part of COPIED) {
    await cp(join(root, part), join(copy, part), {
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
    const path = join(copy, file)
    const source = await readFile(path, 'utf8')
    if (source.split(from).length !== 2) throw new Error(`${file} does not say "${from}", or says it more than once.`)
    originals.set(path, originals.get(path) ?? source)
    await writeFile(
      path,
      source.replace(from, () => to),
    )
  }
  try {
    return await work()
  } finally {
    for (const [path, source] of originals) await writeFile(path, source)
  }
}

/** What a report of vitest says, as far as it is asked for. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** How the tests of a proof ended: the first line of what failed, or `null`. */
type Outcome = string | null

/** Runs the tests of some proofs, and gives how those of each ended. A proof without a test that ran is an error. */
async function run(copy: string, proofs: readonly Proof[]): Promise<ReadonlyMap<Proof, Outcome>> {
  const outputFile = join(copy, 'report.json')
  const files = [...new Set(proofs.map(({ file }) => file))]
  const names = proofs.map(({ name }) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const args = ['run', ...files, '-t', names, '--reporter=json', `--outputFile=${outputFile}`]
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: copy,
    env: { ...process.env, DATABASE_URL: databaseUrl, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(child, 'close')
  const text = await readFile(outputFile, 'utf8').catch(() => '{"testResults":[]}')
  await rm(outputFile, { force: true })
  const output = Buffer.concat(chunks).toString()
  const { testResults } = JSON.parse(text) as Report
  return new Map(
    proofs.map((proof) => {
      const result = testResults.find(({ name }) => relative(copy, name) === proof.file)
      const tests = result?.assertionResults.filter(({ fullName }) => fullName.includes(proof.name)) ?? []
      const failed = tests.find(({ status }) => status === 'failed')
      if (failed !== undefined) return [proof, String(failed.failureMessages[0]).split('\n')[0] as string]
      if (tests.some(({ status }) => status === 'passed')) return [proof, null]
      throw new Error(`${proof.file} ran no test "${proof.name}":\n${result?.message}\n${output}`)
    }),
  )
}

async function runWhole(guards: readonly BrokenGuard[]): Promise<void> {
  const outcomes = await run(
    await copySources('whole'),
    guards.map(({ proof }) => proof),
  )
  for (const [{ file, name }, outcome] of outcomes) {
    if (outcome !== null) throw new Error(`${file} fails although nothing is broken, in "${name}": ${outcome}`)
  }
}

/** Takes guards from the list until there are none, in a copy of its own. Gives those whose proof noticed nothing. */
async function breakGuards(guards: IterableIterator<BrokenGuard>, name: string): Promise<readonly BrokenGuard[]> {
  const copy = await copySources(name)
  const missed: BrokenGuard[] = []
  for (const guard of guards) {
    const { promise, proof } = guard
    const startedMs = performance.now()
    const outcome = (await withBroken(copy, guard, () => run(copy, [proof]))).get(proof) ?? null
    if (outcome === null) missed.push(guard)
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    const verdict = outcome === null ? 'NOT CAUGHT' : 'caught'
    console.info(`${promise}: ${verdict} by ${proof.file} in ${seconds} s. Broken: ${guard.guard}. ${outcome ?? ''}`)
  }
  return missed
}

const wanted = process.argv.slice(2)
for (const name of wanted) {
  if (BROKEN_GUARDS.every(({ promise }) => promise !== name))
    throw new Error(`No guard of a promise "${name}" is known.`)
}
const guards = BROKEN_GUARDS.filter(({ promise }) => wanted.length === 0 || wanted.includes(promise))
const scratch = await mkdtemp(join(tmpdir(), 'rindle-guards-'))
const own = process.env.DATABASE_URL
  ? undefined
  : await startEmbeddedPostgres({ directory: join(scratch, 'database'), ephemeral: true })
const databaseUrl = own?.url ?? process.env.DATABASE_URL
try {
  await runWhole(guards)
  const remaining = guards.values()
  // One more than there are cores: some proofs wait.
  const lanes = Array.from({ length: Math.min(4, availableParallelism() + 1) }, (_, lane) =>
    breakGuards(remaining, `broken-${lane}`),
  )
  // None is left behind: what failed is told when all have ended.
  await Promise.allSettled(lanes)
  const missed = (await Promise.all(lanes)).flat()
  if (missed.length > 0) process.exitCode = 1
} finally {
  await own?.stop()
  await rm(scratch, { recursive: true, force: true })
}
