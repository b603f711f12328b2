import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '@rindle/embedded'
import { expect, test } from 'vitest'
import { isProcessAlive } from '../src/is-process-alive.ts'
import { query } from './query.ts'
import { processGroup, serverPid, supervisorPid, untilEnded } from './server-process.ts'
import { startInChild } from './start-in-child.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { usedDirectory } from './used-directory.ts'

if (process.platform !== 'linux') console.log('The test of Ctrl-C is skipped: it reads process groups from /proc.')

test('the first start makes a UTF-8 database, and the next finds its data', async () => {
  const directory = join(await temporaryDirectory(), 'made', 'here')
  const first = await startEmbeddedPostgres({ directory })
  expect(first).toMatchObject({ directory, firstStart: true })
  await query(first.url, `create table kept as select 'Ünïcode ✓' as word`)
  const facts = `select current_database() as name, upper('é') as upper, current_setting('server_encoding') as encoding`
  expect(await query(first.url, facts)).toEqual([{ name: 'rindle', upper: 'É', encoding: 'UTF8' }])
  await first.stop()

  await using second = await startEmbeddedPostgres({ directory })
  expect(second.firstStart).toBe(false)
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'Ünïcode ✓' }])
})

test('stop ends the server and may be called twice', async () => {
  const directory = await usedDirectory()
  const server = await startEmbeddedPostgres({ directory })
  const pid = serverPid(directory)
  await Promise.all([server.stop(), server.stop()])
  expect(isProcessAlive(pid)).toBe(false)
  await server.stop()
  await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('stop does not wait for connected clients', async () => {
  const server = await startEmbeddedPostgres({ directory: await usedDirectory() })
  const outcome = query(server.url, 'select pg_sleep(600)').catch((error: Error) => error.message)
  await expect
    .poll(
      () => query(server.url, `select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(600)'`),
      {
        timeout: 20_000,
      },
    )
    .toEqual([{ n: 1 }])
  await server.stop()
  expect(await outcome).toContain('terminat')
})

test('the password is random, readable by its owner alone, needed, and never logged', async () => {
  const log: string[] = []
  const directory = await temporaryDirectory()
  await using server = await startEmbeddedPostgres({ directory, onLog: (line) => log.push(line) })
  const passwordFile = join(directory, 'postgres', 'password')
  const password = readFileSync(passwordFile, 'utf8')
  expect((await stat(passwordFile)).mode & 0o777).toBe(0o600)
  expect(password).toMatch(/^[0-9a-f]{48}$/)
  expect(new URL(server.url).password).toBe(password)

  const wrong = new URL(server.url)
  wrong.password = 'wrong'
  await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  expect(await query(server.url, 'show password_encryption')).toEqual([{ password_encryption: 'scram-sha-256' }])
  expect(log.join('\n')).toContain('database system is ready to accept connections')
  expect(log.join('\n')).not.toContain(password)
})

test('it listens on the loopback address and nowhere else', async () => {
  await using server = await startEmbeddedPostgres({ directory: await usedDirectory() })
  expect(new URL(server.url).hostname).toBe('127.0.0.1')
  expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  expect(await query(server.url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
  for (const { address } of outerAddresses()) {
    const outer = new URL(server.url)
    outer.hostname = address
    await expect(query(outer.href, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
})

function outerAddresses(): { address: string }[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
}

test.skipIf(process.platform !== 'linux')('Ctrl-C in a terminal does not reach the server', async () => {
  const directory = await usedDirectory()
  await using server = await startEmbeddedPostgres({ directory })
  const supervisor = await supervisorPid(server.url)
  expect(processGroup(supervisor)).toBe(supervisor)
  expect(processGroup(serverPid(directory))).not.toBe(processGroup(process.pid))
})

test('the database that the options name is created beside those that exist', async () => {
  const directory = await usedDirectory()
  await using first = await startEmbeddedPostgres({ directory })
  await using second = await startEmbeddedPostgres({ directory, database: 'Other "one" ✓' })
  expect(await query(second.url, 'select current_database() as name')).toEqual([{ name: 'Other "one" ✓' }])
  expect(await query(first.url, `select count(*)::int as n from pg_database where datname = 'rindle'`)).toEqual([
    { n: 1 },
  ])
})

test('a given port is used, and when it is taken the error says so', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const directory = await usedDirectory()
  await expect(startEmbeddedPostgres({ directory, port })).rejects.toThrow(/did not start[^]*Address already in use/)
  taken.close()
  await once(taken, 'close')
  await using server = await startEmbeddedPostgres({ directory, port })
  expect(new URL(server.url).port).toBe(String(port))
})

test('data that the server cannot use is reported with the words of its log', async () => {
  const directory = await usedDirectory()
  await writeFile(join(directory, 'postgres', 'data', 'PG_VERSION'), '11\n')
  await expect(startEmbeddedPostgres({ directory })).rejects.toThrow(/initialized by PostgreSQL version 11/)
})

test('an ephemeral server leaves nothing, and is refused where a database is kept', async () => {
  const parent = await temporaryDirectory()
  const server = await startEmbeddedPostgres({ directory: join(parent, 'ephemeral'), ephemeral: true })
  expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'off' }])
  await server.stop()
  expect(await readdir(parent)).toEqual([])

  const kept = join(parent, 'kept')
  await (await startEmbeddedPostgres({ directory: kept })).stop()
  await expect(startEmbeddedPostgres({ directory: kept, ephemeral: true })).rejects.toThrow('holds a database')
  expect(existsSync(join(kept, 'postgres', 'data', 'PG_VERSION'))).toBe(true)
})

test('a program that forgets to stop its server ends all the same, and so does the server', async () => {
  const program = fileURLToPath(new URL('./forgetful-program.ts', import.meta.url))
  const directory = await usedDirectory()
  const child = await startInChild({ directory }, { program })
  const pid = serverPid(directory)
  const exited = once(child.process, 'exit')
  child.process.stdin?.end()
  const [exitCode] = await exited
  expect(exitCode).toBe(0)
  await untilEnded(pid)
})
