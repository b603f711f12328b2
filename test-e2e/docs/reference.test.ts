import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describeCommands } from '@rindle/cli'
import {
  ASSET_STATES,
  ERROR_CODES,
  type ErrorCode,
  REASONS,
  RindleError,
  SESSION_STATES,
  STATUS_CLASSES,
  VARIANT_STATES,
} from '@rindle/core'
import { type Export, generate, isOptions, placesOf, publishedPackages, readExports } from '@rindle/docs'
import { describe, expect, test } from 'vitest'
import { repository } from './code-blocks.ts'

const found = readExports()
const { own } = found
const generated = await generate(found)
const places = placesOf(own)
/** The pages on which exports stand, by path without `.md`. */
const placed = new Map(own.map((item) => [places.pageOf(item), generated.get(`${places.pageOf(item)}.md`) ?? '']))

describe('what the packages export', () => {
  test('each has a comment that says its contract', () => {
    expect(own.length).toBeGreaterThan(400)
    expect(own.filter(({ doc }) => doc === '').map(nameOf)).toEqual([])
  })

  test('each option has a comment', () => {
    const undocumented = own
      .filter(isOptions)
      .flatMap((item) => item.members.filter(({ doc }) => doc === '').map(({ name }) => `${nameOf(item)}.${name}`))
    expect(undocumented).toEqual([])
  })

  test('each stands on one page: the methods of an instance alone, everything else under its name', () => {
    const parts = own.find(({ name }) => name === 'Rindle')?.code.replace(/^[\s\S]*?\sextends\s/, '') ?? ''
    const isPart = ({ name, members, package: { folder } }: Export): boolean =>
      folder === 'core' && members.length > 0 && new RegExp(`\\b${name}\\b`).test(parts)
    const missing = own.filter(
      (item) => !isPart(item) && !(placed.get(places.pageOf(item)) ?? '').includes(`\n### ${item.name}\n`),
    )
    expect(missing.map(nameOf)).toEqual([])
    const methods = own.filter(isPart).flatMap(({ members }) => members.map(({ name }) => name))
    expect(methods.length).toBeGreaterThan(90)
    const pagesOfMethods = [...placed.values()].join('\n')
    expect(methods.filter((name) => pagesOfMethods.split(`\n### rindle.${name}\n`).length !== 2)).toEqual([])
  })

  test('each options type has a table with all of its options, and a line in the list', () => {
    const missing = own.filter(isOptions).filter((item) => {
      const section = (placed.get(places.pageOf(item)) ?? '').split(`\n### ${item.name}\n`)[1]?.split('\n### ')[0] ?? ''
      const isListed = page('options').includes(`[\`${item.name}\`](`)
      return !isListed || item.members.some(({ name }) => !section.includes(`\n| \`${name}\`<br>`))
    })
    expect(missing.map(nameOf)).toEqual([])
  })

  test('no page is too long to be read', () => {
    const long = [...placed].filter(([, markdown]) => markdown.length > 40_000)
    expect(long.map(([name, { length }]) => `${name}: ${length} characters`)).toEqual([])
  })
})

test('no column of a table of the reference is without a head; only the names of rows may be', () => {
  const empty = [...generated].filter(
    ([name, markdown]) => name.startsWith('reference/') && /\n\|[^\n]*\| *\|\n\| ?-/.test(markdown),
  )
  expect(empty.map(([name]) => name)).toEqual([])
})

test('each operation is told in the README of core, and stands on the page of methods', () => {
  const names = own.find(({ name }) => name === 'Operations')?.members.map(({ name }) => name) ?? []
  expect(names.length).toBeGreaterThan(20)
  const readme = text('packages/core/README.md')
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([])
  expect(names.filter((name) => !page('methods').includes(`| [\`${name}\`](`))).toEqual([])
})

describe('the pages on what goes wrong', () => {
  const troubleshooting = text('docs/guide/troubleshooting.md')

  test('each error code has a page, at the end of the address that its errors carry, with cause and cure', () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[]
    const missing = codes.filter((code) => {
      const { pathname } = new URL(new RindleError(code, 'It failed.').docs)
      const advice = generated.get(`${pathname.slice(1)}.md`) ?? ''
      return !/\n## Cause\n\n[A-Z`][\s\S]{20,}\n## Cure\n\n[A-Z`][\s\S]{10,}\n## Facts\n/.test(advice)
    })
    expect(missing).toEqual([])
  })

  test.each([
    ['an asset', ASSET_STATES],
    ['a variant', VARIANT_STATES],
    ['an upload session', SESSION_STATES],
  ])('each state of %s has its line', (machine, states) => {
    const section = troubleshooting.split(`\n## By the state of ${machine}\n`)[1]?.split('\n## ')[0] ?? ''
    const lines = section.split('\n').filter((line) => line.startsWith('|'))
    expect(states.filter((state) => !lines.some((line) => line.split('|')[1]?.includes(`\`${state}\``)))).toEqual([])
  })

  test('each reason that a row may keep has its meaning', () => {
    const lines = page('errors').split('\n')
    const known = [
      ...Object.keys(ERROR_CODES).map((code) => `| [\`${code}\`](./errors/${code}) | `),
      ...Object.keys(REASONS).map((reason) => `| \`${reason}\` | `),
    ]
    expect(
      known.filter((start) => !lines.some((line) => line.startsWith(start) && line.length > start.length + 10)),
    ).toEqual([])
  })

  test('each class of the status is in the README of core', () => {
    const readme = text('packages/core/README.md')
    expect(STATUS_CLASSES.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  })

  test('each reason of a rejection is on the page about uploads', () => {
    const reasons = [...(own.find(({ name }) => name === 'RejectionReason')?.code ?? '').matchAll(/'(\w+)'/g)]
    expect(reasons.length).toBeGreaterThan(5)
    const uploads = text('docs/guide/uploads.md')
    expect(reasons.map(([, reason]) => reason).filter((reason) => !uploads.includes(`| \`${reason}\` |`))).toEqual([])
  })
})

test('each event is in the reference, with its contents', () => {
  const events = own.find(({ name }) => name === 'EventMap')?.members ?? []
  expect(events.length).toBeGreaterThan(15)
  expect(events.filter(({ name, doc }) => doc === '' || !page('events').includes(`| \`${name}\` | `))).toEqual([])
})

test('each command and each of its options is in the reference and in the README of the command line', () => {
  const readme = text('packages/cli/README.md')
  const missing = describeCommands().commands.flatMap(({ name, options }) => {
    const section = page('commands').split(`\n## rindle ${name}\n`)[1] ?? ''
    const row = readme.split('\n').find((line) => new RegExp(`^\\| \`${name}[ \`]`).test(line)) ?? ''
    const gone = options.filter(
      (option) => !new RegExp(`\`--(no-)?${option.name}\``).test(section) || !isTold(option.name, row),
    )
    return row === '' ? [name] : gone.map((option) => `${name} --${option.name}`)
  })
  expect(missing).toEqual([])
})

test('each table and each of its columns is in the reference', () => {
  const models = [...text('packages/prisma/schema.prisma').matchAll(/^model \w+ \{([\s\S]*?)^\}/gm)]
  expect(models.length).toBeGreaterThan(4)
  for (const [, body = ''] of models) {
    const columns = [...body.matchAll(/^\s+(\w+)\s+(?!Media)\w+[?]?\s*(.*)$/gm)]
    const names = columns.map(([, field = '', rest = '']) => /@map\("(\w+)"\)/.exec(rest)?.[1] ?? field)
    expect(names.filter((name) => !page('tables').includes(`| \`${name}\` |`))).toEqual([])
  }
})

test('each package has its README on the site, in one form, and its place in the README of the repository', () => {
  const wrong = publishedPackages().filter(({ folder, name }) => {
    const [title, , ...rest] = text(`packages/${folder}/README.md`).split('\n')
    const installs = /\n## Install\n\n```sh\nnpm (?:install|create) /.test(rest.join('\n'))
    const isListed = text('README.md').includes(`[\`${name}\`](packages/${folder})`)
    return title !== `# ${name}` || !installs || !isListed || !generated.has(`reference/packages/${folder}.md`)
  })
  expect(wrong.map(({ name }) => name)).toEqual([])
})

test('the numbers of the home page are those of the tests that it names', () => {
  const lengthsOf = (file: string, name: string): readonly string[] => {
    const [, values = ''] = new RegExp(`const ${name} = byRunLength\\([^{]*\\{([^}]*)\\}`).exec(text(file)) ?? []
    return ['short', 'long'].map((length) => {
      const [, digits = ''] = new RegExp(`${length}: ([\\d_]+)`).exec(values) ?? []
      return Number(digits.replaceAll('_', '')).toLocaleString('en')
    })
  }
  const home = text('docs/index.md')
  const [kills, longKills] = lengthsOf('test-e2e/crash/random-kills.test.ts', 'KILLS')
  const [requests, longRequests] = lengthsOf('test-e2e/http/hostile-requests.test.ts', 'RUNS')
  const [damaged, longDamaged] = lengthsOf('test-e2e/faults/mutated-files.test.ts', 'RUNS')
  expect(home).toContain(`kills ${kills} processes`)
  expect(home).toContain(`The long run kills ${longKills}.`)
  expect(home).toContain(`${requests} hostile requests and ${damaged} damaged files`)
  expect(home).toContain(`the long run sends ${longRequests} and ${longDamaged}.`)
})

/** For a flag that is on by default the option that turns it off counts; for a dry run, the option that ends it. */
function isTold(option: string, row: string): boolean {
  return [`--${option}`, `--no-${option}`, ...(option === 'dry-run' ? ['--live'] : [])].some((flag) =>
    row.includes(flag),
  )
}

function nameOf(item: Export): string {
  return `${item.package.name} ${item.name}`
}

function page(name: string): string {
  return generated.get(`reference/${name}.md`) ?? ''
}

function text(file: string): string {
  return readFileSync(path.join(repository, file), 'utf8')
}
