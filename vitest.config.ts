import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { serverData } from './test-e2e/toolchain/server-data.ts'
import { SlowestFilesReporter } from './test-e2e/toolchain/slowest-files-reporter.ts'

// Workspace packages resolve to their sources. Vitest passes these conditions to Node too, for what a worker loads
// itself; a program that a test starts with `process.execArgv` gets them as well.
const resolve = { conditions: ['dev-source'] }

// Names a file for the machine-readable report, which continuous integration counts the tests by.
const outputFile = process.env.RINDLE_TEST_REPORT

// Tests start hundreds of programs from the same sources: without, each would strip and compile them anew.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled')

// Where servers of tests store what they hold: every start of one reads it.
process.env.RINDLE_TEST_DATA ??= serverData(process.env.RINDLE_RUNS)

const TESTS = ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test-e2e/**/*.test.ts']

// Files that each need a process of their own: they look at its memory or at the processes that it has started, or
// change it for good.
const ALONE = [
  'packages/embedded/test/**/*.test.ts',
  'packages/processor-image/test/{concurrency,diagnose,isolation}.test.ts',
  'packages/processor-pdf/test/isolation.test.ts',
  'test-e2e/lifecycle/decoder-processes.test.ts',
  'test-e2e/corpus/hostile.test.ts',
  'test-e2e/http/next.test.ts',
  'test-e2e/s3/large-upload.test.ts',
]

// Files that run a whole suite of another module. A fresh machine begins with the files of most bytes, and would leave
// these few lines for the end, when nothing else is left to run beside them. They also collect garbage to measure what
// is held, which takes long in workers that other files have filled.
const LONG = [
  'packages/{decoder-heic,jobs-pgboss,processor-image,processor-pdf,storage-local,storage-s3}/test/contract.test.ts',
  'packages/testing/test/storage-{contract,memory}.test.ts',
  'test-e2e/http/conformance.test.ts',
]

// Files that start programs by the hundred, which costs as much as the process that starts them is large: they share
// workers that no other file has filled.
const SPAWNING = ['packages/processor-av/test/**/*.test.ts', 'test-e2e/av/**/*.test.ts']

export default defineConfig({
  ssr: { resolve },
  // The environment of global setups, which does not look at `ssr`.
  environments: { __vitest__: { resolve } },
  test: {
    // In the order of their names. Files run in the processes of a few workers, one after the other, and share what those
    // have loaded and started.
    projects: [
      { test: { name: 'alone', include: ALONE } },
      { test: { name: 'long', include: LONG, isolate: false } },
      { test: { name: 'spawning', include: SPAWNING, isolate: false } },
      {
        test: {
          name: 'together',
          include: TESTS,
          exclude: [...configDefaults.exclude, ...ALONE, ...LONG, ...SPAWNING],
          isolate: false,
        },
      },
    ],
    globalSetup: ['database', 's3', 'azure'].map((server) => `./packages/test-${server}/src/global-setup.ts`),
    reporters: [
      'default',
      new SlowestFilesReporter(),
      ...(outputFile ? [['json', { outputFile }] satisfies [string, object]] : []),
    ],
    pool: 'forks',
    // Many tests wait: for a process, a lease, a server. More files than cores run at once, so that others work meanwhile.
    maxWorkers: availableParallelism() + 2,
    // No test may need what another one leaves behind. The seed is printed; `--sequence.seed` repeats an order.
    sequence: { shuffle: { tests: true, files: false } },
    // The default of one second would say how fast a machine is. A test waits for what it expects, and not longer.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], exclude: ['packages/prisma/src/generated/**'] },
  },
})
