import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackedPackage } from '../support/pack-packages.ts'
import { byRunLength } from '../support/run-length.ts'
import { assertOwnScope } from './assert-own-scope.ts'
import { ownDependencies } from './own-dependencies.ts'
import { publishMissing } from './publish-missing.ts'
import { nameInScope, releaseScope, textInScope } from './release-scope.ts'

const run = promisify(execFile)
const IS_PUBLISHED = byRunLength('a package that npm publishes', { sample: false, short: true, long: true })

describe('the scope of a release', () => {
  test.each([
    [undefined, '@rindle'],
    ['', '@rindle'],
    ['acme', '@acme'],
    ['@acme', '@acme'],
  ])('RINDLE_SCOPE=%s means %s', (RINDLE_SCOPE, scope) => {
    expect(releaseScope({ RINDLE_SCOPE })).toBe(scope)
  })

  test.each(['@Acme', 'a b', '@acme/media', '../acme'])('RINDLE_SCOPE=%s is refused', (RINDLE_SCOPE) => {
    expect(() => releaseScope({ RINDLE_SCOPE })).toThrow(`RINDLE_SCOPE is "${RINDLE_SCOPE}". Use lowercase letters`)
  })

  test('renames packages, imports, dependencies and install lines, and nothing else', () => {
    const text = "import '@rindle/core/adapter'\nnpm create rindle\nnpx rindle doctor # rindle.config.ts, RINDLE_SCOPE"
    expect(textInScope(text, '@acme')).toBe(
      "import '@acme/core/adapter'\nnpm create @acme/rindle\nnpx rindle doctor # rindle.config.ts, RINDLE_SCOPE",
    )
    expect(textInScope(text, '@rindle')).toBe(text)
  })

  test('gives a package without a scope one, so that no name of another owner is taken', () => {
    expect(['@rindle/core', 'create-rindle'].map((name) => nameInScope(name, '@acme'))).toEqual([
      '@acme/core',
      '@acme/create-rindle',
    ])
    expect(nameInScope('create-rindle', '@rindle')).toBe('create-rindle')
  })
})

describe('a registry', () => {
  const asked: string[] = []
  const documents = new Map([
    ['@ours/core', { maintainers: [{ name: 'colleague' }] }],
    ['@ours/core/0.1.0', {}],
    ['create-rindle', { maintainers: [{ name: 'stranger' }] }],
  ])
  const put: { readonly name: string }[] = []
  const server = createServer((request, response) => void respond(request, response))
  const token = 'of-ana'
  let registry: string

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = decodeURIComponent((request.url ?? '').slice(1))
    asked.push(route)
    if (request.method === 'PUT') put.push((await json(request)) as { readonly name: string })
    const answer = request.method === 'PUT' ? {} : answerTo(route, request)
    response.writeHead(typeof answer === 'number' ? answer : 200)
    response.end(typeof answer === 'number' ? '' : JSON.stringify(answer))
  }

  function answerTo(route: string, { headers }: IncomingMessage): object | number {
    if (route.startsWith('-/') && headers.authorization !== `Bearer ${token}`) return 401
    if (route === '-/whoami') return { username: 'ana' }
    if (route === '-/org/ours/user') return { ana: 'developer', colleague: 'owner' }
    if (route === '-/org/rindle/user') return 403
    if (route === '-/org/broken/user') return 503
    return documents.get(route) ?? 404
  }

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => server.close())

  test.each(['@ours', '@ana'])('lets its member publish under %s', async (scope) => {
    await expect(
      assertOwnScope(scope, [`${scope}/core`, `${scope}/http`], { registry, token }),
    ).resolves.toBeUndefined()
  })

  test.each(['@rindle', '@nobody'])('makes a release refuse %s, whose owner is another', async (scope) => {
    await expect(assertOwnScope(scope, [`${scope}/core`], { registry, token })).rejects.toThrow(
      `The scope ${scope} does not belong to "ana": nothing was published. Set RINDLE_SCOPE`,
    )
  })

  test('makes a release refuse a name that a stranger holds', async () => {
    await expect(assertOwnScope('@ours', ['@ours/core', 'create-rindle'], { registry, token })).rejects.toThrow(
      'The package create-rindle belongs to stranger: nothing was published.',
    )
  })

  test('makes a release stop when it has no answer, or refuses the token', async () => {
    await expect(assertOwnScope('@broken', [], { registry, token })).rejects.toThrow('does not say who owns @broken')
    await expect(assertOwnScope('@ours', [], { registry, token: 'other' })).rejects.toThrow('Set NPM_TOKEN')
  })

  test.skipIf(!IS_PUBLISHED)('gets the packages whose version it lacks, from their tarballs', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'rindle-publish-'))
    try {
      await mkdir(path.join(directory, 'package'))
      const manifest = { name: '@ours/http', version: '0.1.0', publishConfig: { access: 'public' } }
      await writeFile(path.join(directory, 'package/package.json'), JSON.stringify(manifest))
      const filename = path.join(directory, 'http.tgz')
      await run('tar', ['-czf', filename, '-C', directory, 'package'])
      const config = path.join(directory, 'npmrc')
      await writeFile(config, `//${registry.replace('http://', '')}:_authToken=${token}\n`)
      const packed = [packedAs('@ours/core'), { ...packedAs('@ours/http'), filename }]
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', publishing(packed)], {
        env: { ...process.env, npm_config_userconfig: config },
      })
      expect(JSON.parse(stdout)).toEqual(['@ours/http'])
      expect(put.map(({ name }) => name)).toEqual(['@ours/http'])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  /** A program, because npm takes its credentials from the environment. */
  function publishing(packed: readonly PackedPackage[]): string {
    const module = JSON.stringify(path.join(import.meta.dirname, 'publish-missing.ts'))
    return `const { publishMissing } = await import(${module})
console.log(JSON.stringify(await publishMissing(${JSON.stringify(packed)}, ${JSON.stringify(registry)}, false)))`
  }

  test('is asked for each version, so that a release can be repeated', async () => {
    const packed = [packedAs('@ours/core'), packedAs('@ours/http')]
    expect(await publishMissing(packed, registry, true)).toEqual(['@ours/http'])
    expect(asked).toEqual(expect.arrayContaining(['@ours/core/0.1.0', '@ours/http/0.1.0']))
  })
})

test('an install line names what its packages need of each other', () => {
  const packed = [packedAs('a', ['c']), packedAs('b'), packedAs('c', ['d', 'pg']), packedAs('d', ['a'])]
  expect(ownDependencies(packed, ['a']).map(({ name }) => name)).toEqual(['a', 'c', 'd'])
})

function packedAs(name: string, needs: readonly string[] = []): PackedPackage {
  const version = '0.1.0'
  const dependencies = Object.fromEntries(needs.map((other) => [other, version]))
  return { name, version, filename: `${name}.tgz`, integrity: '', manifest: { name, version, dependencies } }
}
