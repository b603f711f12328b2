import { expect, it } from 'vitest'
import { cleanSentence, errorSentence } from '../../src/domain/error-text.ts'

it.each([
  [new Error('It failed.'), 'It failed.'],
  [{ message: 'A plain object of a library.' }, 'A plain object of a library.'],
  [{ code: 'E42', detail: 1 }, 'E42'],
  [{ detail: 1 }, '{"detail":1}'],
  [new TypeError(''), 'TypeError'],
  ['a text', 'a text'],
  [null, 'null'],
  [undefined, 'no message'],
])('%j gives %j, never [object Object]', (error, text) => {
  expect(errorSentence(error)).toBe(text)
})

it('a circular value has a text, too', () => {
  const round: Record<string, unknown> = {}
  round['self'] = round
  expect(errorSentence(round)).toBe('something without a message')
})

it.each([
  ['could not reach https://key:pass@host.example/a?X-Amz-Signature=abc now', 'could not reach [url] now'],
  ['postgres://user:secret@db/app refused', '[url] refused'],
  ['Authorization: Bearer eyJhbGciOi.abc.def was refused', 'Authorization: [hidden] [hidden] was refused'],
  ['password=hunter2, user=me', 'password=[hidden], user=me'],
  ['"secretAccessKey": "abcd" is wrong', '"secretAccessKey": [hidden] is wrong'],
  ['AKIAIOSFODNN7EXAMPLE is unknown', '[hidden] is unknown'],
  ["ENOENT: no such file, open '/srv/app/.rindle/work/run-1/a.jpg'", "ENOENT: no such file, open '[path]'"],
  ['C:\\Users\\me\\file.jpg is locked', '[path] is locked'],
  ['the image/jpeg is of photo/0190/original-1.jpg', 'the image/jpeg is of photo/0190/original-1.jpg'],
  ['line one\n\tline\u0000 two\u001b[31m', 'line one line two [31m'],
])('%j becomes %j', (message, kept) => {
  expect(cleanSentence(message)).toBe(kept)
})

it('a message is cut at 500 characters, and never within a character', () => {
  expect(cleanSentence('a'.repeat(500))).toHaveLength(500)
  expect(Array.from(cleanSentence('😀'.repeat(501)))).toHaveLength(500)
  expect(cleanSentence('😀'.repeat(501)).endsWith('😀…')).toBe(true)
  expect(cleanSentence('half \ud83d').isWellFormed()).toBe(true)
})
