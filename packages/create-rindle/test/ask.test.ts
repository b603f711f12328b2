import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { ask } from '../src/ask.ts'
import { parseCommandLine } from '../src/command-line.ts'

const DOWN = '\u001B[B'
const ENTER = '\r'
const CANCEL = '\u0003'

/** Answers each question, when it stands there, with the next keys. */
async function answer(argv: readonly string[], keys: Readonly<Record<string, string>>) {
  const input = new PassThrough()
  const asked: string[] = []
  const output = new PassThrough().setEncoding('utf8').on('data', (text: string) => {
    const question = Object.keys(keys).find((known) => text.includes(known) && !asked.includes(known))
    if (question === undefined) return
    asked.push(question)
    setImmediate(() => input.write(keys[question]))
  })
  return { choices: await ask(parseCommandLine(argv), { input, output }), asked }
}

test('three questions decide', async () => {
  const keys = { 'Which framework?': DOWN + ENTER, 'What does it take?': ENTER, 'Which database?': ENTER }
  const { choices, asked } = await answer([], keys)
  expect(choices).toEqual({ framework: 'next', media: 'images', database: null })
  expect(asked).toHaveLength(3)
})

test('a flag answers its question, and a database of your own may be named', async () => {
  const url = 'postgres://me@localhost/app'
  const keys = { 'Which database?': DOWN + ENTER, 'Its URL?': url + ENTER }
  const { choices } = await answer(['-f', 'hono', '-m', 'video'], keys)
  expect(choices).toEqual({ framework: 'hono', media: 'video', database: url })
})

test('Ctrl-C writes nothing', async () => {
  expect((await answer([], { 'Which framework?': CANCEL })).choices).toBeNull()
})
