import { defineConfig } from 'vitest/config'

// Workspace packages resolve to their sources. Vitest passes these conditions to Node too, for what a worker loads
// itself; a program that a test starts with `process.execArgv` gets them as well.
const resolve = { conditions: ['dev-source'] }

// Names a file for the machine-readable report, which continuous integration counts the tests by.
const report = process.env.RINDLE_TEST_REPORT

export default defineConfig({
  ssr: { resolve },
  // The environment of global setups, which does not look at `ssr`.
  environments: { __vitest__: { resolve } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test-e2e/**/*.test.ts'],
    globalSetup: ['./packages/test-database/src/global-setup.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], exclude: ['packages/prisma/src/generated/**'] },
  },
})
