import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createTestDatabase } from '@rindle/test-database'
import { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { checkCommands, mentionProblem } from './check-commands.ts'
import { checkTypes } from './check-types.ts'
import { type CodeBlock, codeBlocks, pages, repository } from './code-blocks.ts'

const blocks = pages().flatMap(codeBlocks)

// Their code is checked by the compiler of the framework, when a reader follows them; here, files of Rindle alone.
const FRAMEWORKS = ['nextjs', 'nestjs', 'sveltekit', 'nuxt', 'tanstack-start'].map((name) => `frameworks/${name}`)
const BUILT_ELSEWHERE = ['start/forty-lines', 'recipes/server-action', ...FRAMEWORKS].map((page) => `docs/${page}.md`)
const typed = blocks.filter(({ language, file, text }) => {
  const foreign = /from '(?!@rindle\/)|import\('\.|defineNuxtConfig|^'use client'/.test(text)
  return ['ts', 'tsx'].includes(language) && !(BUILT_ELSEWHERE.includes(file) && foreign)
})
const planted = [
  block({ text: `import { imageProcessor } from '@rindle/processor-image'\n\nimageProcessor({ timeoutMs: 5 })\n` }),
  block({ text: `rindle.url('x')\n`, line: 20 }),
]
let typeProblems: readonly string[]

beforeAll(async () => {
  typeProblems = await checkTypes([...typed, ...planted])
}, 120_000)

test('TypeScript in every page fits the packages', () => {
  expect(typed.length).toBeGreaterThan(50)
  expect(typeProblems.filter((problem) => !problem.startsWith('a-page.md'))).toEqual([])
})

test('an option that no longer exists, or has another type, is found in its line', () => {
  expect(typeProblems.filter((problem) => problem.startsWith('a-page.md'))).toEqual([
    expect.stringMatching(/^a-page\.md:12: TS2353: .*'timeoutMs' does not exist/),
    expect.stringMatching(/^a-page\.md:20: TS2345: /),
  ])
})

test('commands in every page are understood by the programs that they name', async () => {
  const shell = blocks.filter(({ language }) => language === 'sh')
  expect(shell.length).toBeGreaterThan(25)
  expect((await Promise.all(shell.map(checkCommands))).flat()).toEqual([])
})

test.each([
  ['npx rindle requeue 019a3b1c-7d2e-7f00-8000-000000000001 --variant thumb', /unknown option --variant/i],
  ['rindle migrat', /migrate/],
  ['npm install @rindle/storage-gcs', /not published/],
  ['pnpm demos', /no script demos/],
  ['kubectl apply', /nothing here reads kubectl/],
])('%s is found out', async (text, message) => {
  expect(await checkCommands(block({ language: 'sh', text: `${text}\n` }))).toEqual([expect.stringMatching(message)])
})

test('commands in sentences are commands that there are', () => {
  const wrong = pages().flatMap((page) => {
    const mentions = readFileSync(path.join(repository, page), 'utf8').matchAll(/`(?:npx |pnpm )?(rindle [^`\n]+)`/g)
    return [...mentions].flatMap(([, command = '']) => mentionProblem(command)?.replace(/^/, `${page}: `) ?? [])
  })
  expect(wrong).toEqual([])
  expect(mentionProblem('rindle requeue --every')).toBe('requeue has no --every')
})

test('JSON is JSON, and every other language is one that something here reads', () => {
  for (const { text } of blocks.filter(({ language }) => language === 'json')) JSON.parse(text)
  const languages = [...new Set(blocks.map(({ language }) => language))]
  // svelte and vue: by the readers who follow the pages of frameworks.
  const files = ['nginx', 'dockerfile', 'yaml', 'ini', 'html', 'svelte', 'vue']
  const read = ['', 'text', 'ts', 'tsx', 'js', 'sh', 'sql', 'json', ...files]
  expect(languages.filter((each) => !read.includes(each))).toEqual([])
})

test('blocks of output hold no command to type', () => {
  const shown = blocks.filter(({ language }) => ['', 'text'].includes(language))
  expect(shown.filter(({ text }) => /^(?:npm|npx|pnpm|node|rindle) /m.test(text))).toEqual([])
})

test('queries run on the tables as they are', async () => {
  await using database = await createTestDatabase()
  const client = new Client(database.url)
  await client.connect()
  try {
    for (const { text } of blocks.filter(({ language }) => language === 'sql')) await client.query(text)
  } finally {
    await client.end()
  }
})

function block(given: Partial<CodeBlock>): CodeBlock {
  return { file: 'a-page.md', line: 10, language: 'ts', name: undefined, text: '', ...given }
}
