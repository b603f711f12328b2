import { expect, it } from 'vitest'
import { MAX_TOKEN_LENGTH, signedTokens } from '../../src/kernel/signed-tokens.ts'

const KEY = 'a key of the tests, of enough characters'

it('opens a token again and again, also after it has opened more than it remembers', () => {
  const tokens = signedTokens('tests', [KEY])
  const made = Array.from({ length: 1_500 }, (_, number) => tokens.sign({ number }))
  for (let round = 0; round < 2; round += 1) {
    expect(made.map((token) => tokens.open(token))).toEqual(made.map((_, number) => ({ number })))
  }
})

it('gives a value of its own each time', () => {
  const tokens = signedTokens('tests', [KEY])
  const token = tokens.sign({ path: 'a' })
  const first = tokens.open(token) as { path: string }
  first.path = 'b'
  expect(tokens.open(token)).toEqual({ path: 'a' })
})

it('opens no altered token, no foreign one, and none of another use', () => {
  const tokens = signedTokens('tests', [KEY])
  const token = tokens.sign({ number: 1 })
  expect(tokens.open(token)).toEqual({ number: 1 })
  const [payload, signature] = token.split('.')
  const refused = [
    `${payload}.${signature?.slice(0, -1)}`,
    `${payload}`,
    `${token}.${signature}`,
    `${Buffer.from('{"number":2}').toString('base64url')}.${signature}`,
    signedTokens('tests', ['another key of the tests, long enough']).sign({ number: 1 }),
    signedTokens('other', [KEY]).sign({ number: 1 }),
    tokens.sign({ text: 'x'.repeat(MAX_TOKEN_LENGTH) }),
    '',
  ]
  expect(refused.map((each) => tokens.open(each))).toEqual(refused.map(() => undefined))
})

it('takes keys of before a rotation, and signs with the first', () => {
  const old = signedTokens('tests', ['the key of before, of enough characters'])
  const rotated = signedTokens('tests', [KEY, 'the key of before, of enough characters'])
  expect(rotated.open(old.sign({ number: 1 }))).toEqual({ number: 1 })
  expect(old.open(rotated.sign({ number: 1 }))).toBeUndefined()
})
