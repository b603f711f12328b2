import { type DummyRuleMap, defineConfig } from 'oxlint'

type Pattern = { message: string; allowTypeImports?: boolean } & ({ group: string[] } | { regex: string })

/**
 * Layer walls between packages: what the source of each package may import of ours. A package without a line here is an
 * adapter and may import `@rindle/core` alone. `test-e2e/toolchain/walls.test.ts` plants a violation of every wall.
 */
const ownImportsAllowedIn: Record<string, string[]> = {
  '*': ['core', 'core/adapter'],
  prisma: [],
  core: ['prisma'],
  'decoder-heic': ['processor-image'],
  embedded: [],
  'test-database': ['embedded', 'prisma'],
  'test-s3': ['test-database/on-demand'],
  'test-azure': ['test-database/on-demand', 'test-s3'],
  'test-pgbouncer': ['test-s3'],
  client: [],
  http: ['client', 'core', 'core/adapter'],
  console: ['core', 'core/adapter', 'prisma'],
  react: ['client'],
  cli: ['*', '*/*'],
  'create-rindle': [],
}

/** Vendors stay behind ports: none of these, types included, appears in core. */
const vendors = [
  'sharp',
  'pg',
  'pg-boss',
  'fluent-ffmpeg',
  '@ffmpeg-installer/**',
  '@ffprobe-installer/**',
  '@aws-sdk/**',
  '@azure/**',
  '@prisma/**',
  '@hyzyla/pdfium',
]

const nobodyImports: Pattern = {
  regex: '^@rindle/(cli|bench|test-e2e|example[^/]*)(/|$)',
  message: 'Nothing imports the command line tool, the examples, the benchmarks or the end-to-end tests.',
}

/** Hold for every file of the repository. */
const everywhere: Pattern[] = [
  nobodyImports,
  {
    regex: '^@rindle/[^/]+/(src|dist|test)(/|$)',
    message: 'Import a package by an entry of its "exports"; its files are its own business.',
  },
  {
    regex: '^(\\.\\./)+((packages|examples|bench|test-e2e)/|[^./][^/]*/(src|dist|test)/)',
    message: 'A relative path never leaves its package; import the other package by its name.',
  },
]

const sourceNeverImportsTests: Pattern = {
  regex: '^(\\.\\./)+test/',
  message: 'Source does not import tests.',
}

function wall(
  patterns: Pattern[],
  paths: { name: string; allowImportNames: string[]; message: string }[] = [],
): DummyRuleMap {
  return { 'no-restricted-imports': ['error', { patterns, paths }] }
}

/**
 * An allow-list, the last pattern of a wall: a negated pattern that hits ends the rule for that import and clears what
 * other groups said of it. Regular expressions that stand before it keep their word.
 */
function nothingBut(scope: string, allowed: string[], message: string): Pattern {
  return { group: [scope, ...allowed.map((name) => `!${name}`)], message }
}

function wallsOf(name: string, allowed: string[]): Pattern[] {
  return [
    ...everywhere,
    sourceNeverImportsTests,
    ...(name === 'core'
      ? [{ group: vendors, message: 'Core knows no vendor: put this behind a port, in an adapter.' }]
      : []),
    ...(name === 'http'
      ? [{ regex: '^@rindle/client$', allowTypeImports: true, message: 'The handler takes only types of the client.' }]
      : []),
    nothingBut(
      '@rindle/**',
      allowed.map((other) => `@rindle/${other}`),
      `The source of this package may import of ours: ${allowed.join(', ') || 'nothing'}.`,
    ),
  ]
}

const packageWalls = Object.entries(ownImportsAllowedIn).map(([name, allowed]) => ({
  files: [`packages/${name}/src/**`],
  rules: wall(wallsOf(name, allowed)),
}))

/**
 * The folders of core, from bottom to top: each imports only what stands before it. Those of one line import nothing of
 * each other. `domain` and `ports`, at the very bottom, have walls of their own.
 */
const coreFolders: readonly (readonly string[])[] = [
  ['domain'],
  ['ports'],
  ['profile'],
  ['events', 'telemetry'],
  ['kernel'],
  ['mirrors'],
  ['assets'],
  ['variants'],
  ['attachments'],
  ['uploads'],
  ['promotion'],
  ['hooks'],
  ['jobs', 'delivery'],
  ['objects'],
  ['operations'],
]
const coreRoot = [
  'adapter',
  'create-rindle',
  'index',
  'rindle',
  'rindle-from-env',
  'start',
  'validate-options',
  'verbs',
  'wrap-verbs',
]

const coreOrder = coreFolders.slice(2).flatMap((line, level) =>
  line.map((folder) => {
    const above = [...line, ...coreFolders.slice(level + 3).flat()].filter((other) => other !== folder)
    const message = `In core, ${folder}/ imports only the folders below it.`
    return {
      files: [`packages/core/src/${folder}/**`],
      rules: wall([
        { regex: `^(\\.\\./)+(${above.join('|')})/`, message },
        { regex: `^(\\.\\./)+(${coreRoot.join('|')})\\.ts$`, message },
        ...wallsOf('core', ownImportsAllowedIn['core'] ?? []),
      ]),
    }
  }),
)

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  // Templates find their imports only when they are laid over each other: tsconfig.templates.json checks them.
  ignorePatterns: [
    '**/node_modules/**',
    '**/dist/**',
    '**/generated/**',
    'packages/console/assets/**',
    'packages/create-rindle/templates/**',
  ],
  rules: {
    eqeqeq: 'error',
    'max-depth': ['error', 4],
    'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
    // A leading underscore says that a name is not used.
    'no-underscore-dangle': 'off',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
    'no-var': 'error',
    'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
    'object-shorthand': 'error',
    'prefer-const': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-duplicates': 'error',
    'import/no-mutable-exports': 'error',
    // Types of other packages are widened by bare imports of them.
    'import/no-unassigned-import': 'off',
    // `pg.Pool` of a CommonJS package is right: Node does not promise the named export.
    'import/no-named-as-default-member': 'off',
    // Streams take callbacks.
    'promise/no-callback-in-promise': 'off',
    'typescript/ban-ts-comment': [
      'error',
      { 'ts-expect-error': 'allow-with-description', minimumDescriptionLength: 10 },
    ],
    // `import('x').T` in a type would pass round the walls.
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-misused-promises': 'error',
    // A row type that only the caller knows: `query<Row>(text)`.
    'typescript/no-unnecessary-type-parameters': 'off',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    // Rows and parsed JSON are narrowed by assertion right after they were checked.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-nullish-coalescing': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': 'error',
    // A small function may stand where it is used.
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/prefer-node-protocol': 'error',
    ...wall(everywhere),
  },
  overrides: [
    {
      files: ['packages/*/src/**'],
      rules: {
        'import/no-default-export': 'error',
        'no-console': 'error',
        'typescript/no-non-null-assertion': 'error',
        'unicorn/no-process-exit': 'error',
      },
    },
    // The reference of the commands is written from the tool's own declarations, and command lines in pages are read by it.
    { files: ['docs/**', 'test-e2e/docs/**'], rules: wall(everywhere.filter((pattern) => pattern !== nobodyImports)) },
    // Vitest takes the default export of a global setup.
    { files: ['packages/test-*/src/global-setup.ts'], rules: { 'import/no-default-export': 'off' } },
    ...packageWalls,
    {
      // A package of somebody else: it has what is published for authors of processors, and nothing more.
      files: ['examples/rindle-qr/src/**'],
      rules: wall(wallsOf('rindle-qr', ownImportsAllowedIn['*'] ?? [])),
    },
    ...coreOrder,
    {
      files: ['packages/core/src/domain/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          'console',
          'crypto',
          'fetch',
          'performance',
          'process',
          'setInterval',
          'setTimeout',
        ],
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: 'The domain has no clock: take the time as an argument.' },
          {
            object: 'Math',
            property: 'random',
            message: 'The domain is deterministic: take random parts as arguments.',
          },
        ],
        ...wall(
          [
            ...everywhere,
            { regex: '^\\.\\./', message: 'The domain is flat and imports nothing above it.' },
            { regex: '^@', message: 'The domain is pure.' },
            nothingBut(
              '*',
              ['*.ts', 'mime-types', 'node:crypto', 'zod'],
              'The domain is pure: zod, mime-types and createHash only.',
            ),
          ],
          [{ name: 'node:crypto', allowImportNames: ['createHash'], message: 'The domain is deterministic.' }],
        ),
      },
    },
    {
      files: ['packages/core/src/ports/**'],
      rules: wall([
        ...everywhere,
        // Written without look-ahead, which the rule's regular expressions do not have: all of `../` but `../domain/`.
        { regex: '^\\.\\./([^d]|d[^o])', message: 'Ports import the domain and other ports.' },
        { regex: '^(@rindle/prisma$|node:)', allowTypeImports: true, message: 'Ports are interfaces: import types.' },
        nothingBut(
          '*',
          ['*.ts', '@rindle/prisma', 'node:*'],
          'Ports import the domain, other ports, and types of @rindle/prisma.',
        ),
      ]),
    },
    {
      files: ['packages/*/test/**', 'test-e2e/**'],
      plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
      rules: {
        // Rows and JSON bodies are compared whole: an assertion on them is the check.
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
        'vitest/no-focused-tests': 'error',
        'vitest/no-identical-title': 'error',
        'vitest/valid-expect': 'error',
      },
    },
  ],
})
