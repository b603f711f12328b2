import { expect, test } from 'vitest'
import { StatementNames } from '../src/statement-names.ts'

test('a text is named when it comes a second time, and keeps its name', () => {
  const names = new StatementNames()
  expect(names.nameOf('select 1')).toBeUndefined()
  const name = names.nameOf('select 1')
  expect(name).toMatch(/^rindle_/)
  expect(names.nameOf('select 1')).toBe(name)
})

test('names differ between texts and fit the 63 bytes that PostgreSQL keeps', () => {
  const names = new StatementNames()
  const given = ['a', 'b'].map((text) => names.nameOf(text) ?? names.nameOf(text) ?? '')
  expect(new Set(given).size).toBe(2)
  for (const name of given) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
})

test('no more names are given than allowed', () => {
  const names = new StatementNames(2)
  for (const text of ['a', 'a', 'b', 'b', 'c']) names.nameOf(text)
  expect(names.nameOf('c')).toBeUndefined()
  expect(names.nameOf('a')).toBeDefined()
})

test('texts that come once are forgotten, oldest first', () => {
  const names = new StatementNames(2)
  for (const text of ['a', 'b', 'c']) names.nameOf(text)
  expect(names.nameOf('a')).toBeUndefined()
  expect(names.nameOf('c')).toBeDefined()
})

test('renewing gives another name, again and again, and nothing to a text without one', () => {
  const names = new StatementNames()
  names.renew('select 1')
  expect(names.nameOf('select 1')).toBeUndefined()
  const given = [names.nameOf('select 1')]
  for (let time = 0; time < 3; time += 1) {
    names.renew('select 1')
    given.push(names.nameOf('select 1'))
  }
  expect(new Set(given).size).toBe(4)
})
