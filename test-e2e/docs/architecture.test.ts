import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const repository = path.resolve(import.meta.dirname, '../..')
const page = readFileSync(path.join(repository, 'ARCHITECTURE.md'), 'utf8')

const core = readdirSync(path.join(repository, 'packages/core/src'), { recursive: true, encoding: 'utf8' })

/** A path from the root, from `packages`, or the end of one in core. */
function isThere(name: string): boolean {
  if (['', 'packages'].some((root) => existsSync(path.join(repository, root, name)))) return true
  return core.some((entry) => `/${entry}`.endsWith(`/${name.replace(/\/$/, '')}`))
}

it('every file that ARCHITECTURE.md names is there', () => {
  const named = [...page.matchAll(/`([\w./-]+(?:\.(?:ts|md)|\/))`/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((name) => !isThere(name))).toEqual([])
})

it('every folder of core has its line there', () => {
  const folders = readdirSync(path.join(repository, 'packages/core/src'), { withFileTypes: true })
  const missing = folders.filter((entry) => entry.isDirectory() && !page.includes(`\`${entry.name}/\``))
  expect(missing.map(({ name }) => name)).toEqual([])
})
