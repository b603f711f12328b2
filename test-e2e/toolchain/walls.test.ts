import { beforeAll, describe, expect, test } from 'vitest'
import { type Finding, lintPlanted } from './planted-tree.ts'

interface Planted {
  title: string
  file: string
  source: string
  rule: string
  says: string
}

const imports = 'eslint(no-restricted-imports)'

/** Each line breaks one wall: the importer, the file, its source, and the linter's expected message. */
const violations: Planted[] = [
  wall('prisma imports nothing of ours', 'packages/prisma/src/a.ts', '@rindle/core', 'may import of ours: nothing'),
  wall('core imports no adapter', 'packages/core/src/a.ts', '@rindle/storage-local', 'may import of ours: prisma'),
  wall('core imports no testing kit', 'packages/core/src/b.ts', '@rindle/testing', 'may import of ours: prisma'),
  wall('a storage imports core only', 'packages/storage-local/src/a.ts', '@rindle/prisma', 'may import of ours: core'),
  wall(
    'a processor imports core only',
    'packages/processor-image/src/a.ts',
    '@rindle/testing',
    'may import of ours: core',
  ),
  wall(
    'the PDF processor imports no other processor',
    'packages/processor-pdf/src/a.ts',
    '@rindle/processor-image',
    'may import of ours: core',
  ),
  wall(
    'a decoder imports its processor only',
    'packages/decoder-heic/src/a.ts',
    '@rindle/core',
    'of ours: processor-image',
  ),
  wall('jobs import core only', 'packages/jobs-pgboss/src/a.ts', '@rindle/prisma', 'may import of ours: core'),
  wall('http runs nothing of the client', 'packages/http/src/c.ts', '@rindle/client', 'only types of the client'),
  wall('http imports no adapter', 'packages/http/src/a.ts', '@rindle/storage-local', 'of ours: client, core'),
  wall(
    'the testing kit imports core only',
    'packages/testing/src/a.ts',
    '@rindle/test-database',
    'may import of ours: core',
  ),
  wall(
    'a package nobody listed imports core only',
    'packages/newcomer/src/deep/a.ts',
    '@rindle/prisma',
    'of ours: core',
  ),
  wall("a third party's processor imports core only", 'examples/rindle-qr/src/a.ts', '@rindle/prisma', 'of ours: core'),
  wall('embedded is a leaf', 'packages/embedded/src/a.ts', '@rindle/core', 'may import of ours: nothing'),
  wall('the browser client is a leaf', 'packages/client/src/a.ts', '@rindle/core', 'may import of ours: nothing'),
  wall('the React package imports the client only', 'packages/react/src/a.ts', '@rindle/core', 'of ours: client'),
  wall('the starter needs none of ours', 'packages/create-rindle/src/a.ts', '@rindle/core', 'of ours: nothing'),
  wall('test-s3 stays below core', 'packages/test-s3/src/a.ts', '@rindle/core', 'test-database/on-demand'),
  wall('test-azure stays below core', 'packages/test-azure/src/a.ts', '@rindle/core', 'on-demand, test-s3'),
  wall('test-pgbouncer stays below core', 'packages/test-pgbouncer/src/a.ts', '@rindle/core', 'ours: test-s3'),
  wall('test-database stays below core', 'packages/test-database/src/a.ts', '@rindle/core', 'embedded, prisma'),

  wall(
    'tests do not import the cli',
    'packages/core/test/a.test.ts',
    '@rindle/cli',
    'Nothing imports the command line',
  ),
  wall('nothing imports the benchmarks', 'test-e2e/a.test.ts', '@rindle/bench', 'Nothing imports the command line'),
  wall('nothing imports an example', 'packages/core/test/b.test.ts', '@rindle/example-next', 'Nothing imports'),
  wall('nothing imports end-to-end tests', 'bench/src/a.ts', '../../test-e2e/tool.ts', 'never leaves its package'),
  wall(
    'no deep import by name',
    'packages/core/test/c.test.ts',
    '@rindle/prisma/src/index.ts',
    'an entry of its "exports"',
  ),
  wall(
    'no deep import of built files',
    'packages/cli/src/a.ts',
    '@rindle/core/dist/index.js',
    'an entry of its "exports"',
  ),
  wall(
    'no deep import from an adapter',
    'packages/http/src/b.ts',
    '@rindle/core/src/index.ts',
    'an entry of its "exports"',
  ),
  wall(
    'no relative path into a package',
    'packages/cli/src/b.ts',
    '../../core/src/index.ts',
    'never leaves its package',
  ),
  wall(
    'no relative path from a test',
    'test-e2e/b.test.ts',
    '../packages/core/src/index.ts',
    'never leaves its package',
  ),
  wall('source does not import tests', 'packages/core/src/c.ts', '../test/fixture.ts', 'Source does not import tests'),

  ...['sharp', 'pg', 'pg-boss', 'fluent-ffmpeg', '@aws-sdk/client-s3', '@prisma/client', '@prisma/client/runtime'].map(
    (vendor, n) => wall(`core does not know ${vendor}`, `packages/core/src/vendor-${n}.ts`, vendor, 'knows no vendor'),
  ),
  planted(
    'core knows no type of a vendor',
    'packages/core/src/d.ts',
    "import type { Sharp } from 'sharp'",
    'no vendor',
  ),
  planted('core re-exports no vendor', 'packages/core/src/e.ts', "export { Pool } from 'pg'", 'no vendor'),
  planted(
    'core loads no vendor later',
    'packages/core/src/f.ts',
    "export const s = await import('sharp')",
    'no vendor',
  ),
  {
    title: 'core names no type of a vendor in place',
    file: 'packages/core/src/g.ts',
    source: "export type S = import('sharp').Sharp",
    rule: 'typescript(consistent-type-imports)',
    says: '`import()` type annotations are forbidden',
  },

  wall('the domain imports nothing above it', 'packages/core/src/domain/a.ts', '../ports/storage.ts', 'domain is flat'),
  wall('the domain does no I/O', 'packages/core/src/domain/b.ts', 'node:fs', 'domain is pure'),
  wall('the domain does not know rows', 'packages/core/src/domain/c.ts', '@rindle/prisma', 'domain is pure'),
  wall('the domain has no scoped package', 'packages/core/src/domain/d.ts', '@scope/zod', 'domain is pure'),
  planted(
    'the domain takes no randomness',
    'packages/core/src/domain/e.ts',
    "import { randomUUID } from 'node:crypto'",
    'createHash',
  ),
  property('the domain reads no clock', 'packages/core/src/domain/f.ts', 'Date.now()', 'no clock'),
  property('the domain rolls no dice', 'packages/core/src/domain/g.ts', 'Math.random()', 'deterministic'),
  {
    title: 'the domain reads no environment',
    file: 'packages/core/src/domain/h.ts',
    source: 'export const home = process.env.HOME',
    rule: 'eslint(no-restricted-globals)',
    says: 'process',
  },

  wall(
    'ports import nothing above them',
    'packages/core/src/ports/a.ts',
    '../uploads/verify.ts',
    'domain and other ports',
  ),
  wall(
    'ports import nothing beside the domain',
    'packages/core/src/ports/b.ts',
    '../delivery/url.ts',
    'domain and other ports',
  ),
  wall('ports need no library', 'packages/core/src/ports/c.ts', 'zod', 'Ports import the domain'),
  wall('ports take only types of Node', 'packages/core/src/ports/d.ts', 'node:stream', 'import types'),
  wall('ports take only types of rows', 'packages/core/src/ports/e.ts', '@rindle/prisma', 'import types'),

  ...[
    ['profile', '../kernel/runtime.ts'],
    ['events', '../telemetry/traced-jobs.ts'],
    ['telemetry', '../kernel/runtime.ts'],
    ['kernel', '../assets/lock.ts'],
    ['assets', '../variants/read.ts'],
    ['variants', '../attachments/slot.ts'],
    ['variants/making', '../../attachments/slot.ts'],
    ['attachments', '../uploads/sessions.ts'],
    ['uploads', '../promotion/promote.ts'],
    ['uploads/direct', '../../promotion/promote.ts'],
    ['promotion', '../jobs/work.ts'],
    ['jobs', '../delivery/urls/url.ts'],
    ['delivery', '../jobs/work.ts'],
    ['objects', '../operations/walk.ts'],
    ['operations', '../rindle.ts'],
  ].map(([folder = '', above = '']) =>
    wall(
      `${folder} imports only the folders below it`,
      `packages/core/src/${folder}/above.ts`,
      above,
      'only the folders below it',
    ),
  ),

  {
    title: 'no file is above 400 lines',
    file: 'packages/core/src/long.ts',
    source: 'export {}\n'.repeat(401),
    rule: 'eslint(max-lines)',
    says: 'too many lines',
  },
  {
    title: 'no modules import each other',
    file: 'packages/core/src/round-a.ts',
    source: "import { b } from './round-b.ts'\nexport const a: () => unknown = () => b",
    rule: 'import(no-cycle)',
    says: 'cycle',
  },
  {
    title: 'no types import each other',
    file: 'packages/core/src/circle-a.ts',
    source: "import type { B } from './circle-b.ts'\nexport type A = { b?: B }",
    rule: 'import(no-cycle)',
    says: 'cycle',
  },
  {
    title: 'no promise is left floating in source',
    file: 'packages/core/src/floating.ts',
    source: 'Promise.resolve(1)',
    rule: 'typescript(no-floating-promises)',
    says: 'must be awaited',
  },
  {
    title: 'no promise is left floating in a test',
    file: 'packages/core/test/floating.test.ts',
    source: "import { later } from '../src/later.ts'\nlater()",
    rule: 'typescript(no-floating-promises)',
    says: 'must be awaited',
  },
]

/** The other halves of violations, and imports that walls must let through. */
const innocent: Record<string, string> = {
  'packages/core/src/round-b.ts': "import { a } from './round-a.ts'\nexport const b: () => unknown = () => a",
  'packages/core/src/circle-b.ts': "import type { A } from './circle-a.ts'\nexport type B = { a?: A }",
  'packages/core/src/later.ts': 'export async function later(): Promise<void> {}',
  'packages/core/src/full.ts': 'export {}\n'.repeat(400),
  'packages/core/src/uploads/open.ts': lines(
    '@rindle/prisma',
    '../domain/key.ts',
    '../ports/key.ts',
    '../attachments/slot.ts',
    './direct/sign.ts',
    'uuid',
    'node:fs',
  ),
  'packages/core/src/domain/open.ts': lines('zod', 'mime-types', './key.ts').concat(
    "\nexport { createHash } from 'node:crypto'",
  ),
  'packages/core/src/ports/open.ts': lines('./key.ts', '../domain/key.ts').concat(
    "\nexport type { Readable } from 'node:stream'\nexport type { Row } from '@rindle/prisma'",
  ),
  'packages/storage-local/src/open.ts': lines(
    '@rindle/core',
    '@rindle/core/adapter',
    'sharp',
    './options.ts',
    'node:fs',
  ),
  'packages/http/src/open.ts': lines('@rindle/core', '@rindle/core/adapter', 'zod').concat(
    "\nexport type { WireAsset } from '@rindle/client'",
  ),
  'packages/cli/src/open.ts': lines('@rindle/core', '@rindle/embedded', '@rindle/storage-local', '@rindle/prisma'),
  'packages/test-database/src/open.ts': lines('@rindle/embedded', '@rindle/prisma', 'pg'),
  'packages/core/test/open.test.ts': lines(
    '@rindle/testing',
    '@rindle/test-database',
    '../src/uploads/key.ts',
    'sharp',
  ),
  'docs/generator/open.ts': lines('@rindle/core', '@rindle/cli', './markdown.ts'),
  'test-e2e/open.test.ts': lines('@rindle/core', '@rindle/storage-local', './driver.ts'),
}

let found: Record<string, Finding[]>

beforeAll(async () => {
  found = await lintPlanted({
    ...innocent,
    ...Object.fromEntries(violations.map(({ file, source }) => [file, source])),
  })
}, 60_000)

describe('a planted violation is refused', () => {
  test.each(violations)('$title', ({ file, rule, says }) => {
    expect(found[file]).toContainEqual({ rule, text: expect.stringContaining(says) })
  })
})

describe('what a wall is not about passes', () => {
  test.each(Object.keys(innocent).filter((file) => /open|full/.test(file)))('%s', (file) => {
    const walls = [imports, 'eslint(max-lines)', 'typescript(consistent-type-imports)']
    expect(found[file]?.filter(({ rule }) => walls.includes(rule))).toEqual([])
  })
})

function planted(title: string, file: string, source: string, says: string): Planted {
  return { title, file, source, rule: imports, says }
}

function wall(title: string, file: string, specifier: string, says: string): Planted {
  return planted(title, file, lines(specifier), says)
}

function property(title: string, file: string, expression: string, says: string): Planted {
  return { title, file, source: `export const value = ${expression}`, rule: 'eslint(no-restricted-properties)', says }
}

function lines(...specifiers: string[]): string {
  return specifiers.map((specifier, n) => `export { x as x${n} } from '${specifier}'`).join('\n')
}
