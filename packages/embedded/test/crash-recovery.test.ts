import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isProcessAlive } from '../src/is-process-alive.ts'
import { query } from './query.ts'
import { serverPid, supervisorPid, untilEnded } from './server-process.ts'
import { spawnChild, startInChild } from './start-in-child.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { usedDirectory } from './used-directory.ts'

test('a killed program takes its server along, and committed data is there at the next start', async () => {
  const directory = await usedDirectory()
  const child = await startInChild({ directory })
  await query(child.url, 'create table kept as select 1 as n')
  const pid = serverPid(directory)
  child.process.kill('SIGKILL')
  await untilEnded(pid)
  await using server = await startEmbeddedPostgres({ directory })
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test('an ephemeral server of a killed program leaves nothing', async () => {
  const parent = await temporaryDirectory()
  const child = await startInChild({ directory: join(parent, 'ephemeral'), ephemeral: true })
  child.process.kill('SIGKILL')
  await vi.waitUntil(() => readdirSync(parent).length === 0, { timeout: 20_000, interval: 20 })
})

test('a server that outlived its program and its supervisor is replaced at the next start', async () => {
  const directory = await usedDirectory()
  const child = await startInChild({ directory })
  await query(child.url, 'create table kept as select 1 as n')
  const orphan = serverPid(directory)
  process.kill(await supervisorPid(child.url), 'SIGKILL')
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  expect(isProcessAlive(orphan)).toBe(true)

  await using server = await startEmbeddedPostgres({ directory })
  expect(isProcessAlive(orphan)).toBe(false)
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test('stop ends the server even when its supervisor was killed', async () => {
  const directory = await usedDirectory()
  const server = await startEmbeddedPostgres({ directory })
  const pid = serverPid(directory)
  process.kill(await supervisorPid(server.url), 'SIGKILL')
  await server.stop()
  expect(isProcessAlive(pid)).toBe(false)
})

test('a killed server leaves a postmaster.pid that the next start gets over', async () => {
  const directory = await usedDirectory()
  await killServer(directory)
  expect(existsSync(join(directory, 'postgres', 'data', 'postmaster.pid'))).toBe(true)
  await using server = await startEmbeddedPostgres({ directory })
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test("the next start gets over it even when the dead server's id is another program's by now", async () => {
  const directory = await usedDirectory()
  await killServer(directory)
  const file = join(directory, 'postgres', 'data', 'postmaster.pid')
  const stranger = spawnStranger(file)
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)))
  await using server = await startEmbeddedPostgres({ directory })
  expect(await query(server.url, 'select n from kept')).toEqual([{ n: 1 }])
  expect(isProcessAlive(stranger.pid ?? 0)).toBe(true)
})

test('a first start that was killed half-way is made again from the beginning', async () => {
  const directory = await temporaryDirectory()
  const child = spawnChild({ directory })
  await vi.waitUntil(() => hasBegunData(directory), { timeout: 20_000, interval: 2 })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(existsSync(join(directory, 'postgres'))).toBe(false)
  await using server = await startEmbeddedPostgres({ directory })
  expect(server.firstStart).toBe(true)
  expect(readdirSync(directory)).toEqual(['postgres'])
})

function hasBegunData(directory: string): boolean {
  const [attempt] = readdirSync(directory)
  return attempt !== undefined && existsSync(join(directory, attempt, 'data', 'postgresql.conf'))
}

/** Leaves the directory of a server that was killed together with everything that watched it. */
async function killServer(directory: string): Promise<void> {
  const child = await startInChild({ directory })
  await query(child.url, 'create table kept as select 1 as n')
  const pid = serverPid(directory)
  process.kill(await supervisorPid(child.url), 'SIGKILL')
  process.kill(pid, 'SIGKILL')
  child.process.kill('SIGKILL')
  await untilEnded(pid)
}

/** A process of the user that PostgreSQL runs as: the only kind that it takes for a rival. */
function spawnStranger(file: string): ChildProcess {
  const { uid, gid } = statSync(file)
  const stranger = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' })
  onTestFinished(() => void stranger.kill('SIGKILL'))
  return stranger
}
