import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { expect, test } from 'vitest'
import { isReachable } from '../src/reachability.ts'
import { findUser } from '../src/server-user.ts'
import { makeProject } from './make-project.ts'
import { query } from './query.ts'
import { serverPid } from './server-process.ts'
import { startInChild } from './start-in-child.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const nobody = process.getuid?.() === 0 ? findUser(readFileSync('/etc/passwd', 'utf8'), 'nobody') : undefined
const asRoot = nobody === undefined ? 'skipped: needs root, and a user nobody' : ''
const asOrdinaryUser =
  nobody === undefined || !(await isReachable(process.execPath, nobody))
    ? 'skipped: needs root, a user nobody, and a Node.js which that user can reach'
    : ''
if (asRoot !== '') console.log(`Tests of PostgreSQL under root are ${asRoot}.`)
if (asOrdinaryUser !== '') console.log(`The test of an ordinary user beside root is ${asOrdinaryUser}.`)

test.skipIf(asRoot !== '')('root runs the server as another user, who owns the data', async () => {
  const directory = await temporaryDirectory()
  await using server = await startEmbeddedPostgres({ directory })
  expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }])
  const { uid } = statSync(join(directory, 'postgres', 'data'))
  expect(uid).not.toBe(0)
  expect(statSync(`/proc/${serverPid(directory)}`).uid).toBe(uid)
})

test.skipIf(asRoot !== '')('root can work in a project that nobody else can enter', async () => {
  const store = await temporaryDirectory()
  const home = await temporaryDirectory()
  const program = await makeProject(join(home, 'project'), { hasBinaries: true, hasLinks: true })
  chmodSync(home, 0o700)
  const directory = join(home, 'project', '.rindle')
  const environment = { HOME: home, RINDLE_EMBEDDED_STORE: join(store, 'rindle') }

  const first = await startInChild({ directory }, { program, env: environment })
  expect(first.firstStart).toBe(true)
  expect(readlinkSync(join(directory, 'postgres'))).toBe(join(first.directory, 'postgres'))
  expect(first.directory).toContain(join(store, 'rindle', 'project-'))
  await query(first.url, 'create table kept as select 1 as n')
  await first.end()

  const second = await startInChild({ directory }, { program, env: environment })
  expect(second).toMatchObject({ firstStart: false, directory: first.directory })
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }])
  await second.end()
  expect(readdirSync(join(store, 'rindle'))).toHaveLength(2)
})

test.skipIf(asRoot !== '')(
  'an ephemeral server of a private project leaves only the copy of its programs',
  async () => {
    const store = await temporaryDirectory()
    const home = await temporaryDirectory()
    const program = await makeProject(join(home, 'project'), { hasBinaries: true, hasLinks: true })
    chmodSync(home, 0o700)
    const directory = join(home, 'project', '.rindle')
    const server = await startInChild(
      { directory, ephemeral: true },
      { program, env: { RINDLE_EMBEDDED_STORE: store } },
    )
    await server.end()
    expect(existsSync(join(directory, 'postgres'))).toBe(false)
    expect(readdirSync(store)).toEqual([expect.stringMatching(/^postgres-/)])
  },
)

test.skipIf(asOrdinaryUser !== '')('an ordinary user runs the server as himself', async () => {
  const directory = join(await temporaryDirectory(), 'own')
  await mkdir(directory)
  await chown(directory, nobody?.uid ?? 0, nobody?.gid ?? 0)
  const server = await startInChild({ directory }, { ...nobody, env: { HOME: directory } })
  expect(statSync(`/proc/${serverPid(directory)}`).uid).toBe(nobody?.uid)
  await server.end()
})

test.skipIf(asOrdinaryUser !== '')('an ordinary user gets an error when the data belongs to another user', async () => {
  const directory = await temporaryDirectory()
  await (await startEmbeddedPostgres({ directory })).stop()
  await chown(join(directory, 'postgres'), 1, 1)
  await expect(startInChild({ directory }, { ...nobody })).rejects.toThrow('belongs to another user')
})

test('users are found by name, but never root', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65533::/:/x\nodd:*:-2:-2::/:/x\nrootish:x:0:0::/:/x\n'
  expect(findUser(passwd, 'nobody')).toEqual({ uid: 65534, gid: 65533 })
  expect(findUser(passwd, 'rootish')).toBeUndefined()
  expect(findUser(passwd, 'odd')).toBeUndefined()
  expect(findUser(passwd, 'absent')).toBeUndefined()
})
