import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackedPackage } from '../support/pack-packages.ts'
import { assertOwnScope } from './assert-own-scope.ts'
import { ownDependencies } from './own-dependencies.ts'
import { publishMissing } from './publish-missing.ts'
import { nameInScope, releaseScope, textInScope } from './release-scope.ts'

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
  const server = createServer((request, response) => {
    const route = decodeURIComponent((request.url ?? '').slice(1))
    asked.push(route)
    const answer = answerTo(route, request)
    response
      .writeHead(typeof answer === 'number' ? answer : 200)
      .end(typeof answer === 'number' ? '' : JSON.stringify(answer))
  })
  const token = 'of-ana'
  let registry: string

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
