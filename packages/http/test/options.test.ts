import { isRindleError } from '@rindle/core'
import { expect, it } from 'vitest'
import { type HandlerOptions, parseOptions } from '../src/options.ts'

const problemsOf = (options: object): unknown => {
  try {
    parseOptions(options as HandlerOptions)
    return []
  } catch (error) {
    return isRindleError(error, 'config_invalid') ? error.details['problems'] : error
  }
}

it('reports every problem of the options at once, with its path', () => {
  const wrong = { basePath: 'rindle', actor: 1, maxEventStreams: -1, idleTimeoutMs: 0, logger: 1, more: 1 }
  const problems = problemsOf(wrong) as { path: string }[]
  expect(problems.map(({ path }) => path).toSorted()).toEqual(Object.keys(wrong).toSorted())
})

it.each([
  ['/rindle', '/rindle'],
  ['/rindle/', '/rindle'],
  ['/api/v1/rindle', '/api/v1/rindle'],
  ['/', ''],
  ['', ''],
])('the base path %j is %j', (given, basePath) => {
  expect(parseOptions({ basePath: given }).basePath).toBe(basePath)
})

it.each(['rindle', '//', '/a//b', '/a?b', '/a#b', 'https://a.test/rindle', '/a b'])(
  '%j is no base path',
  (basePath) => {
    expect(problemsOf({ basePath })).toMatchObject([{ path: 'basePath' }])
  },
)

it.each([{ id: '' }, { id: Number.NaN }, { id: null }, {}, 'ann', 7])('an actor %j has no id by itself', (actor) => {
  expect(() => parseOptions({ basePath: '/' }).actorId(actor)).toThrow('pass `actorId` to createHandler')
})
