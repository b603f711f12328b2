import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BROKEN_GUARDS, type BrokenGuard } from './broken-guards.ts'

const repository = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(repository, file), 'utf8')

describe.each(BROKEN_GUARDS)('the guard of $promise: $guard', ({ edits, proof }) => {
  it.each(edits)('is in $file, once', ({ file, from, to }) => {
    expect(read(file).split(from)).toHaveLength(2)
    expect(to).not.toBe(from)
  })

  it('has a test that would miss it', () => {
    expect(read(proof.file)).toContain(proof.name)
  })
})

it('the README tells of each, with the file that notices', () => {
  const rows = read('test-e2e/promises/README.md').split('\n')
  const isTold = ({ promise, proof }: BrokenGuard): boolean => {
    const file = proof.file.replace(/^(?:test-e2e|packages)\//, '')
    return rows.some((row) => row.startsWith(`| ${promise} `) && row.endsWith(` \`${file}\` |`))
  }
  expect(BROKEN_GUARDS.filter((guard) => !isTold(guard))).toEqual([])
})
